/** Holds src/ to the rows of .dependency-cruiser.cjs, and makes sure that they were looked at at all. */
import { createRequire } from "node:module";
import { cruise, type ICruiseResult, type IReporterOutput } from "dependency-cruiser";

const { forbidden, options } = createRequire(import.meta.url)("../.dependency-cruiser.cjs");

/** A compiler that the tool cannot use makes it see nothing and find nothing wrong. */
const FEWEST_MODULES = 40;

const { output } = (await cruise(["src"], {
  ruleSet: { forbidden },
  validate: true,
  ...options,
})) as IReporterOutput & {
  output: ICruiseResult;
};
const { totalCruised, totalDependenciesCruised, violations } = output.summary;

for (const { rule, from, to } of violations) {
  const comment = forbidden.find(({ name }: { name: string }) => name === rule.name)?.comment;
  console.error(`${rule.name}: ${from} -> ${to}\n  ${comment}`);
}
console.log(`${totalCruised} modules, ${totalDependenciesCruised} imports, ${violations.length} violations`);

if (totalCruised < FEWEST_MODULES) {
  console.error(`Only ${totalCruised} modules were seen: the check itself is broken.`);
  process.exitCode = 1;
}
if (violations.length > 0) process.exitCode = 1;
