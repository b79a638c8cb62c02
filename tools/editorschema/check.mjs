// Reads schema.json and the files in right/ and wrong/ below a folder, and holds the schema to them: every right file must
// pass it, every wrong one must not. Files of personas (kind: persona) are held against persona.json.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv/dist/2020.js";
import YAML from "yaml";

const work = process.argv[2];
const ajv = new Ajv({ strict: true, strictRequired: false, allowUnionTypes: true, allErrors: true });
const compile = (name) => ajv.compile(JSON.parse(readFileSync(join(work, name), "utf8")));
const schemas = { scenario: compile("scenario.json"), persona: compile("persona.json") };

let wrong = 0;
const count = { right: 0, wrong: 0 };
for (const verdict of ["right", "wrong"]) {
  for (const name of readdirSync(join(work, verdict))) {
    const file = YAML.parse(readFileSync(join(work, verdict, name), "utf8"), { uniqueKeys: false, logLevel: "silent" });
    const validate = schemas[name.startsWith("persona-") ? "persona" : "scenario"];
    const passes = validate(file);
    count[verdict]++;
    if (passes !== (verdict === "right")) {
      wrong++;
      console.error(`${verdict}/${name}: ${passes ? "passes, though the loader refuses it" : ajv.errorsText(validate.errors)}`);
    }
  }
}
if (count.right < 10 || count.wrong < 30) {
  console.error(`only ${count.right} right and ${count.wrong} wrong files were there to try`);
  wrong++;
}
console.log(`${count.right} right files pass, ${count.wrong} wrong ones do not${wrong ? `, except ${wrong}` : ""}`);
process.exit(wrong ? 1 : 0);
