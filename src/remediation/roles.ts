// Who may press what. The answer is given at the server, at the press and again at execution (P8). Pure.

/** What a person is to a team, the more powerful last. */
export const ROLES = ['viewer', 'responder', 'commander'] as const
export type Role = (typeof ROLES)[number]

/** The more demanding of the runbook's wish and the operator's floor: a runbook may raise, never lower. */
export function required(floor: Role, wish: Role | null): Role {
  return wish !== null && ROLES.indexOf(wish) > ROLES.indexOf(floor) ? wish : floor
}

export type Permission = { readonly may: true } | { readonly may: false; readonly sentence: string }

/** Whether somebody with this role may do what needs `needs`, and if not, the sentence they read. */
export function mayDo(role: Role, needs: Role, what: string, team: string): Permission {
  if (ROLES.indexOf(role) >= ROLES.indexOf(needs)) return { may: true }
  return {
    may: false,
    sentence: `${what} needs a ${needs} of team ${team}; you are ${role === 'viewer' ? 'neither responder nor commander' : `a ${role}`} there. Nothing was done.`,
  }
}
