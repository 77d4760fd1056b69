/** Terraform tells each change by such a line. */
const change = /(?:docker_\w+|terraform_data)\.([\w-]+)(?: \([\w-]+\))?: (?:Creating|Destroying|Modifying)/g;

/** The resources that a deployment has made, changed or removed, by name. */
export function renderTouched(said: string): readonly string[] {
  return [...new Set([...said.matchAll(change)].map(([, name = ""]) => name))].toSorted();
}
