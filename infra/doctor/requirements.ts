/** What a machine needs so that a stack can be deployed from it; the numbers are decisions of the product. */
export const requirements = {
  node: "24",
  /** Below, containers cannot be told by a name of their own and of their service. */
  docker: "20.10",
  /** OpenTofu begins with it. */
  terraform: "1.6",
  /** Of the Docker host: with less, an idle stack does not fit. */
  memoryMb: 1_024,
  /** Where Docker keeps its data: for the images, and for some days of metrics. */
  diskGib: { least: 5, enough: 10 },
} as const;

/** The provider plugin that Terraform needs; the version is the one that `@cdktf/provider-docker` asks for. */
export const provider = { source: "kreuzwerker/docker", version: "3.6.2" } as const;

/** How long each thing may take to answer. */
export const deadlinesMs = { program: 10_000, network: 5_000, check: 20_000 } as const;
