// npm run test:e2e: plays the page through in a real Chromium against the real program (FUJIN_BIN, default
// ../../bin/fujin). --fixture uses the made-up server of npm run dev instead, for work on the page alone.
import { backendOrExit } from "./backend.mjs";
import { clerk } from "./console.mjs";
import { datasetPage } from "./dataset.mjs";
import { Harness } from "./harness.mjs";
import { journey } from "./journey.mjs";
import { troubles } from "./troubles.mjs";
import { ways } from "./ways.mjs";

const backend = await backendOrExit(process.argv.includes("--fixture"));
const h = await Harness.start(backend.url);
try {
  await journey(h);
  await ways(h);
  // The made-up server has no agencies.
  if (backend.keyFor) {
    await datasetPage(h);
    await clerk(h, backend.keyFor);
    await troubles(h, backend.keyFor);
  }
} catch (cause) {
  h.failed++;
  console.error(cause);
} finally {
  await h.close();
  await backend.close();
}
console.log(`${h.passed} passed, ${h.failed} failed`);
process.exit(h.failed > 0 ? 1 : 0);
