# The npm scripts under the names that other projects of this kind use: `just --list`. npm run works without just.

build:
    npm run build

test:
    npm test

run-example name *args:
    npm run example -- {{name}} {{args}}

run-coordination-examples:
    npm run examples

health-check config="examples/monitoring-system/mcp.json":
    npx tutti health --config {{config}}

bench-examples:
    npm run bench -- examples
