// Tells which fixtures are whole: node check.mjs FOLDER ...

import { shown } from "./files.mjs";
import { readFixture } from "./fixture.mjs";

/** Print a line about a fixture; return whether it is whole. */
function check(folder) {
  try {
    console.log(shown(`${folder}: whole, ${readFixture(folder).ids.length} cases`));
    return true;
  } catch (error) {
    console.log(shown(error.message));
    return false;
  }
}

const folders = process.argv.slice(2);
if (folders.length === 0) console.log("name the folders of vectors or recordings");
process.exitCode = folders.length === 0 ? 2 : folders.filter((f) => !check(f)).length > 0 ? 1 : 0;
