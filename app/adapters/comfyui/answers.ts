import { z } from "zod";

/** `POST /prompt`, 200. `node_errors` names the outputs that ComfyUI leaves out because they are invalid. */
export const AcceptedSchema = z.object({ prompt_id: z.string().min(1), node_errors: z.looseObject({}).catch({}) });

const ComplaintSchema = z.object({ message: z.string(), details: z.string().catch("") });

/** The node that a general complaint is about, when it is about one. */
const SubjectSchema = z.object({ node_id: z.string().nullish(), class_type: z.string().nullish() });

/** `POST /prompt`, 400. Old servers send `error` as a string and an empty `node_errors` as an array. */
export const RefusalSchema = z.object({
  error: z.preprocess(
    (error) => (typeof error === "string" ? { message: error } : error),
    ComplaintSchema.extend({ extra_info: SubjectSchema.optional().catch(undefined) }),
  ),
  node_errors: z
    .record(z.string(), z.object({ class_type: z.string().catch("?"), errors: z.array(ComplaintSchema) }))
    .catch({}),
});
export type Refusal = z.infer<typeof RefusalSchema>;

/** `GET /queue`: each entry begins with its number and its prompt id. */
const EntriesSchema = z.array(z.tuple([z.unknown(), z.string()], z.unknown()));
export const QueueSchema = z.object({ queue_running: EntriesSchema, queue_pending: EntriesSchema });

const ImageRefSchema = z.object({
  filename: z.string(),
  subfolder: z.string().catch(""),
  type: z.string().catch("output"),
});
export type ImageRef = z.infer<typeof ImageRefSchema>;

/** What a node left. Custom nodes put all sorts of things here; only lists of pictures matter. */
const OutputSchema = z.object({ images: z.array(ImageRefSchema).catch([]) }).catch({ images: [] });

/** `GET /history/{id}`: `{}` when there is no such entry. Old servers give no `status`. */
const HistoryEntrySchema = z.object({
  outputs: z.record(z.string(), OutputSchema),
  status: z
    .object({ status_str: z.string(), messages: z.array(z.tuple([z.string(), z.unknown()])).catch([]) })
    .nullish(),
});
export type HistoryEntry = z.infer<typeof HistoryEntrySchema>;
export const HistorySchema = z.record(z.string(), HistoryEntrySchema);

/** `GET /system_stats`. */
export const SystemStatsSchema = z.object({ system: z.object({ comfyui_version: z.string().nullish() }) });
