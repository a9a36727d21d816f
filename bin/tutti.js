#!/usr/bin/env node
// Written so that any Node can parse it: an old one must get the sentence below, not a syntax error.
var major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  process.stderr.write(
    "tutti needs Node 24 or newer, but this is Node " +
      process.versions.node +
      ". In a checkout of tutti, 'npx tutti' uses the right one.\n",
  );
  process.exitCode = 64;
} else {
  import("../dist/main/bin.js").catch(function (error) {
    var debug = process.env.TUTTI_LOG_LEVEL === "debug";
    process.stderr.write("tutti: it cannot be started: " + (debug ? error.stack : error.message) + "\n");
    process.exitCode = 70;
  });
}
