import { alerts } from "../app/catalogue/alerts.ts";
import { closeCauses } from "./inhibition.ts";

/** For each alert of the catalogue all that silences it, by name. */
export const causes = closeCauses(alerts);
