/** Who may read the audit. */
export const auditPermission = 'admin.audit'

/** Where the lines of a target stand, such as `account:ada`, `token:…` or the reference of an entity. */
export function auditPath(target: string): string {
  return `/admin/audit?${new URLSearchParams({ target })}`
}
