/** Whether the packages in `checkout` are those of its lock file. */
export function isPrepared(checkout: string): boolean;
