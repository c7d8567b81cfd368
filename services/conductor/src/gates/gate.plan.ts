export interface Decision {
  readonly approved: boolean;
}

/** One rejection closes a gate; it opens when enough different members have approved. */
export function standsAfter(decisions: readonly Decision[], needed: number): 'approved' | 'rejected' | 'waiting' {
  if (decisions.some(({ approved }) => !approved)) return 'rejected';
  return decisions.length >= needed ? 'approved' : 'waiting';
}
