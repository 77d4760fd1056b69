import { stress } from "../../app/catalogue/stress.ts";
import { boundLost, type Goodput, type JobCount } from "./goodput.ts";

/** Which of the promises about overload the run did not keep, each with its figure. */
export function listBrokenPromises(goodput: Goodput): readonly string[] {
  const { recoverySeconds, jobs } = goodput;
  const { longestRecoverySeconds } = stress;
  const { accepted, unknown, counted } = jobs;
  return [
    ...(boundLost(jobs).most > 0 ? [`accepted jobs: ${renderLost(jobs)}`] : []),
    ...(counted > accepted + unknown
      ? [`the service counts ${counted} jobs, and ${accepted + unknown} were ordered: who else does hides lost ones`]
      : []),
    ...listBrokenHeight(goodput),
    ...(recoverySeconds === undefined || recoverySeconds > longestRecoverySeconds
      ? [`all was well again ${renderRecovery(recoverySeconds)}, not within ${longestRecoverySeconds} s`]
      : []),
  ];
}

/** Steps that end before twice the capacity prove nothing of it, and break nothing. */
function listBrokenHeight({ capacity, doubleOffered, shareAtDouble }: Goodput): readonly string[] {
  const { leastShareAtDouble } = stress;
  if (capacity === 0) return ["nothing was answered as documented within its budget"];
  if (shareAtDouble === undefined)
    return doubleOffered
      ? ["the generator could not send twice the capacity: how much is answered there is not known"]
      : [];
  if (shareAtDouble >= leastShareAtDouble) return [];
  return [`goodput at twice the capacity is ${percent(shareAtDouble)} of the peak, not ${percent(leastShareAtDouble)}`];
}

function renderLost(jobs: JobCount): string {
  const { least, most } = boundLost(jobs);
  const of = `of ${jobs.accepted}`;
  if (least === most) return `${least} ${of} are lost`;
  const why = `${jobs.unknown} orders went unanswered`;
  return least === 0
    ? `not known, up to ${most} ${of} may be lost: ${why}`
    : `between ${least} and ${most} ${of} are lost: ${why}`;
}

function renderShareAtDouble({ shareAtDouble, doubleOffered }: Goodput): string {
  if (shareAtDouble !== undefined) return `${percent(shareAtDouble)} of the peak`;
  return doubleOffered ? "not known, so much was never sent" : "not reached: the steps end before twice the capacity";
}

/** The run in a few lines and a table, as Markdown. */
export function renderGoodput(goodput: Goodput): string {
  const { rising, capacity, recoverySeconds, jobs } = goodput;
  const head = ["offered/s", "answered/s", "goodput/s", "shed/s", "errors/s", "unanswered/s", "not sent/s", "p95 ms"];
  const row = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
  return [
    `- Capacity (peak goodput): ${Math.round(capacity)} requests/s`,
    `- Goodput at twice the capacity: ${renderShareAtDouble(goodput)}`,
    `- All well again ${renderRecovery(recoverySeconds)} after the overload`,
    `- Accepted jobs: ${renderLost(jobs)}`,
    "",
    row(head),
    row(head.map(() => "---:")),
    ...rising.map(({ offered, answered, good, shed, errors, unanswered, dropped, p95Ms }) =>
      row([offered, answered, good, shed, errors, unanswered, dropped, p95Ms].map(Math.round)),
    ),
    "",
  ].join("\n");
}

function renderRecovery(seconds: number | undefined): string {
  return seconds === undefined ? "not to the end of the run" : `within ${seconds} s`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
