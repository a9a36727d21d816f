/** Two tenants may use the same key, and neither may find out that the other does. */
export function keyOfTenant(requestKey: string | undefined, tenant: string | undefined): string | undefined {
  return requestKey === undefined || tenant === undefined ? requestKey : `${tenant}/${requestKey}`;
}
