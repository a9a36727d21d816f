/** What servers and their replicas may be named; tools are named `server.tool`, so there is no dot in it. */
export const SERVER_NAME: RegExp = /^[A-Za-z0-9_-]{1,64}$/;
