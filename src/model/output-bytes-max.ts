/** The largest output of one call, in bytes of JSON: the journal takes no event that is much larger. */
export const OUTPUT_BYTES_MAX: number = 64 * 2 ** 20;
