export const TENANT_LENGTH_MAX = 100;

/** How the name of a tenant is written: 1 to 100 of a-z, 0-9 and -, with a letter or digit at both ends. */
export const TENANT: RegExp = /^[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?$/;
