/**
 * A front-end's first steps with clients made from the platform's contracts: signs in, checks a name,
 * reserves it, and reads what became of it. Prints one line of JSON.
 */
import createClient from "openapi-fetch";
import type { paths as Enterprise } from "./enterprise.js";
import type { paths as Identity } from "./identity.js";

const baseUrl = process.argv[2] ?? "http://localhost:8000";
const headers = { "Accept-Language": "en" };

const identity = createClient<Identity>({ baseUrl, headers });
const signedIn = await identity.POST("/identity/tokens", {
  body: { grant_type: "password", login: "13800000001", password: "Hunan-demo-2026" },
});
if (!signedIn.data) throw new Error(JSON.stringify(signedIn.error));

const enterprise = createClient<Enterprise>({
  baseUrl,
  headers: { ...headers, Authorization: `Bearer ${signedIn.data.access_token}` },
});
const name = { division: "430104", trade_name: "湘岳启明", industry: "软件", form: "有限公司" } as const;
const checked = await enterprise.GET("/enterprise/names/check", { params: { query: name } });
if (!checked.data) throw new Error(checked.error.detail);

const once = () => ({ header: { "Idempotency-Key": crypto.randomUUID() } });
const refused = await enterprise.POST("/enterprise/cases", {
  params: once(),
  // @ts-expect-error: the form of this item has no such field, and the types say so
  body: { item: "enterprise-name-reservation", division: "430104", form: { ...name, colour: "红" } },
});
const receipt = await enterprise.POST("/enterprise/cases", {
  params: once(),
  body: { item: "enterprise-name-reservation", division: "430104", form: name },
});
if (!receipt.data) throw new Error(receipt.error.detail);

const case_id = receipt.data.id;
const read = await enterprise.GET("/enterprise/cases/{case_id}", { params: { path: { case_id } } });
if (!read.data) throw new Error(read.error.detail);
console.log(
  JSON.stringify({
    name: checked.data.name,
    available: checked.data.available,
    refused: refused.error?.errors?.map((fault) => `${fault.pointer}: ${fault.detail}`),
    state: read.data.state,
    number: read.data.number,
  }),
);
