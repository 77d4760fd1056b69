export const stacksFolder = ".gozcu/stacks";

/** What is kept of a stack, below the project: its secrets and what Terraform knows. Only its owner may look into it. */
export const stackFolder = (name: string) => `${stacksFolder}/${name}`;

/** What Terraform knows. */
export const stateFile = (name: string) => `${stackFolder(name)}/terraform.tfstate`;

export const secretsFolder = (name: string) => `${stackFolder(name)}/secrets`;
