// A harness that passes over errors would make every test of it worthless.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Harness } from "./harness.mjs";

let harness;
before(async () => {
  harness = await Harness.start();
});
after(() => harness?.close());

const CASES = [
  ["a quiet page passes", "<p>hello</p>", [], undefined],
  ["an error on the console fails", "<script>console.error('broken')</script>", [], /an error on .*: broken/],
  ["an exception fails", "<script>throw new Error('thrown')</script>", [], /an error on .*thrown/],
  ["a rejected promise fails", "<script>Promise.reject(new Error('late'))</script>", [], /an error on .*late/],
  ["an expected error passes", "<script>console.error('broken')</script>", [/broken/], undefined],
  ["an error beside the expected one fails", "<script>console.error('other')</script>", [/broken/], /other/],
  ["an expected error that does not come fails", "<p>hello</p>", [/broken/], /no error \/broken\//],
  ["an unreachable server fails", "<img src='http://127.0.0.1:1/'>", [], /ERR_CONNECTION_REFUSED|ERR_UNSAFE_PORT/],
  [
    "what a content security policy refuses fails",
    "<meta http-equiv='Content-Security-Policy' content=\"style-src 'none'\"><p style='color:red'>hello</p>",
    [],
    /violates.*Content Security Policy/,
  ],
  ["no page reaches another machine", "<img src='https://chime.aws/'>", [], /ERR_NAME_NOT_RESOLVED/],
];

for (const [name, html, expectedErrors, failure] of CASES) {
  test(name, async () => {
    const ends = [];
    await harness.open({ after: (end) => ends.push(end) }, `data:text/html,<!doctype html>${html}`, { expectedErrors });
    assert.equal(ends.length, 1);
    if (failure) await assert.rejects(ends[0], { message: failure });
    else await ends[0]();
  });
}
