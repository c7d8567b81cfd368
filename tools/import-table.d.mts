export declare const LIBRARIES: Record<string, string[]>;
export declare const OWNERS: Record<string, [string, ...string[]]>;
