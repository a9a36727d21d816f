--: Runs a second statement after the first.
SELECT 1; SELECT * FROM orders

--: Drops a table after a harmless query.
SELECT 1; DROP TABLE orders

--: Hides the second statement behind a comment.
SELECT 1; /* nothing here */ DELETE FROM orders --

--: Ends the transaction that confines it.
COMMIT

--: Begins a transaction of its own.
BEGIN

--: Rolls back to before the tenant was set.
ROLLBACK

--: Makes a savepoint to undo what was set.
SAVEPOINT before

--: Sets the tenant that row security looks at.
SET app.tenant_id = 'globex'

--: Sets it for the transaction only.
SET LOCAL app.tenant_id = 'globex'

--: Takes another role.
SET ROLE postgres

--: Becomes the owner again.
RESET ROLE

--: Changes where tables are looked for.
SET search_path = pg_catalog

--: Shows a setting.
SHOW app.tenant_id

--: Creates a table.
CREATE TABLE mine (id int)

--: Creates a table from a query.
CREATE TABLE mine AS SELECT * FROM orders

--: Creates a temporary table in the place of a real one.
CREATE TEMP TABLE orders (id int)

--: Creates a view of all tenants.
CREATE VIEW everyone AS SELECT * FROM orders

--: Creates a function that reads for it.
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT count(*)::int FROM orders'

--: Adds a column.
ALTER TABLE orders ADD COLUMN x int

--: Turns row security off.
ALTER TABLE orders DISABLE ROW LEVEL SECURITY

--: Drops the policy.
DROP POLICY tenant ON orders

--: Gives itself rights.
GRANT ALL ON orders TO PUBLIC

--: Empties a table for all tenants.
TRUNCATE orders

--: Locks everybody out.
LOCK TABLE orders IN ACCESS EXCLUSIVE MODE

--: Copies a table to a file.
COPY orders TO '/tmp/orders'

--: Copies a table to its output.
COPY orders TO STDOUT

--: Runs a program of the server.
COPY orders FROM PROGRAM 'id'

--: Runs a block of code.
DO $$ BEGIN DELETE FROM orders; END $$

--: Calls a procedure.
CALL forget_everything()

--: Prepares a statement to run it later.
PREPARE later AS SELECT * FROM orders

--: Runs a statement that somebody prepared.
EXECUTE later

--: Opens a cursor.
DECLARE c CURSOR FOR SELECT * FROM orders

--: Reads from a cursor of somebody else.
FETCH ALL FROM c

--: Shows the plan with estimates over all tenants.
EXPLAIN SELECT * FROM orders

--: Shows real row counts of the plan.
EXPLAIN ANALYZE SELECT * FROM orders

--: Listens to what others announce.
LISTEN orders

--: Sends to the channel of others.
NOTIFY orders, 'hello'

--: Rebuilds statistics.
ANALYZE orders

--: Vacuums.
VACUUM orders

--: Adds a comment to a table.
COMMENT ON TABLE orders IS 'mine'

--: Loads a library into the server.
LOAD 'auto_explain'

--: Merges into the rows of all tenants.
MERGE INTO orders o USING countries c ON o.note = c.name WHEN MATCHED THEN DELETE

--: Reads the users of the database.
SELECT * FROM pg_user

--: Reads a catalog by its full name.
SELECT * FROM pg_catalog.pg_class

--: Reads the names of all tables.
SELECT * FROM information_schema.tables

--: Reads statistics, which hold frequent values of all tenants.
SELECT * FROM pg_stats WHERE tablename = 'orders'

--: Reads the statements that others run.
SELECT * FROM pg_stat_activity

--: Reads a table that was not given to tenants.
SELECT * FROM api_keys

--: Reads it with a schema.
SELECT * FROM public.api_keys

--: Reads it in a subquery.
SELECT (SELECT string_agg(key, ',') FROM api_keys)

--: Reads it in EXISTS.
SELECT 1 WHERE EXISTS (SELECT 1 FROM api_keys WHERE owner = 'globex')

--: Reads it through a join.
SELECT o.id FROM orders o LEFT JOIN api_keys k ON k.owner = o.note

--: Reads it in a query of WITH.
WITH k AS (SELECT * FROM api_keys) SELECT * FROM k

--: Reads it in ORDER BY.
SELECT id FROM orders ORDER BY (SELECT key FROM api_keys LIMIT 1)

--: Reads it in LIMIT.
SELECT id FROM orders LIMIT (SELECT length(key) FROM api_keys LIMIT 1)

--: Reads it in RETURNING.
UPDATE orders SET note = note WHERE id = 1 RETURNING (SELECT max(key) FROM api_keys)

--: Reads it in a value that is inserted.
INSERT INTO customers (id, name, email) VALUES (90, (SELECT max(key) FROM api_keys), 'x@x.org')

--: Reads it while it deletes.
DELETE FROM orders USING api_keys k WHERE k.owner = orders.note

--: Reads it with TABLE.
TABLE api_keys

--: Reads a table of another schema.
SELECT * FROM private.ledger

--: Reads a table of another database.
SELECT * FROM other.public.orders

--: Reads a table whose name only looks the same.
SELECT * FROM "Orders"

--: Reads a table through a name with a quote in it.
SELECT * FROM "orders"" WHERE true --"

--: Uses a name of WITH to be taken for the table, and puts the catalog there.
WITH orders AS (SELECT * FROM pg_class) SELECT * FROM orders

--: Redefines a table as itself, unfiltered.
WITH orders AS (SELECT * FROM public.orders) SELECT * FROM orders

--: Redefines the shared table.
WITH countries AS (SELECT 1) SELECT * FROM countries

--: Lets a name of WITH leak out of its subquery, where the name means the catalog.
SELECT * FROM (WITH pg_roles AS (SELECT 1 AS rolname) SELECT * FROM pg_roles) x, pg_roles

--: Lets a harmless name leak out, where it means a table that is not configured.
SELECT * FROM (WITH api_keys AS (SELECT 1 AS key) SELECT key FROM api_keys) x, api_keys

--: Uses a name of WITH before it is defined.
WITH a AS (SELECT * FROM api_keys), api_keys AS (SELECT 1) SELECT * FROM a

--: Uses a name from one side of a UNION on the other.
(WITH api_keys AS (SELECT 'x' AS key) SELECT key FROM api_keys) UNION SELECT key FROM api_keys

--: Deletes in WITH.
WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone

--: Inserts in WITH.
WITH made AS (INSERT INTO orders (id) VALUES (99) RETURNING *) SELECT * FROM made

--: Updates in WITH, under an INSERT.
WITH changed AS (UPDATE orders SET note = 'x' RETURNING id) INSERT INTO orders (id) SELECT id + 100 FROM changed

--: Locks rows.
SELECT * FROM orders FOR UPDATE

--: Locks rows of a joined table.
SELECT * FROM orders o JOIN customers c ON c.id = o.customer_id FOR SHARE OF c SKIP LOCKED

--: Makes a table out of a query.
SELECT * INTO copied FROM orders

--: Samples the physical table.
SELECT * FROM orders TABLESAMPLE SYSTEM (100)

--: Sets the tenant by a function.
SELECT set_config('app.tenant_id', 'globex', true)

--: Sets it with the schema in front.
SELECT pg_catalog.set_config('app.tenant_id', 'globex', true)

--: Sets it in a condition.
SELECT * FROM orders WHERE set_config('app.tenant_id', 'globex', true) = 'globex'

--: Sets it in an aggregate's filter.
SELECT count(*) FILTER (WHERE set_config('app.tenant_id', 'globex', true) IS NOT NULL) FROM orders

--: Sets it in the order of a window.
SELECT rank() OVER (ORDER BY set_config('app.tenant_id', 'globex', true)) FROM orders

--: Sets it in a named window.
SELECT rank() OVER w FROM orders WINDOW w AS (PARTITION BY set_config('app.tenant_id', 'globex', true))

--: Sets it in HAVING.
SELECT status FROM orders GROUP BY status HAVING set_config('app.tenant_id', 'globex', true) IS NOT NULL

--: Sets it in DISTINCT ON.
SELECT DISTINCT ON (set_config('app.tenant_id', 'globex', true)) id FROM orders

--: Sets it in OFFSET.
SELECT id FROM orders OFFSET length(set_config('app.tenant_id', 'globex', true))

--: Sets it in a join condition.
SELECT 1 FROM orders o JOIN customers c ON set_config('app.tenant_id', 'globex', true) = ''

--: Sets it in a value of SET.
UPDATE orders SET note = set_config('app.tenant_id', 'globex', true)

--: Sets it in a conflict.
INSERT INTO orders (id) VALUES (1) ON CONFLICT (tenant_id, id) DO UPDATE SET note = set_config('app.tenant_id', 'globex', true)

--: Sets it in VALUES.
VALUES (set_config('app.tenant_id', 'globex', true))

--: Sets it in a CASE.
SELECT CASE WHEN true THEN set_config('app.tenant_id', 'globex', true) END

--: Sets it in an array.
SELECT ARRAY[set_config('app.tenant_id', 'globex', true)]

--: Sets it in an index of an array.
SELECT (tags)[length(set_config('app.tenant_id', 'globex', true))] FROM orders

--: Sets it in a frame of a window.
SELECT sum(total) OVER (ORDER BY id ROWS length(set_config('app.tenant_id', 'globex', true)) PRECEDING) FROM orders

--: Sets it in a grouping set.
SELECT count(*) FROM orders GROUP BY ROLLUP (set_config('app.tenant_id', 'globex', true))

--: Sets it by a named argument.
SELECT make_interval(days => length(set_config('app.tenant_id', 'globex', true)))

--: Sets it in the default of a recursive query.
WITH RECURSIVE a(n) AS (SELECT set_config('app.tenant_id', 'globex', true) UNION SELECT n FROM a) SELECT * FROM a

--: Reads a setting.
SELECT current_setting('app.tenant_id')

--: Runs a query given as text.
SELECT query_to_xml('SELECT * FROM orders', true, false, '')

--: Turns a table into XML.
SELECT table_to_xml('orders', true, false, '')

--: Runs a query for its words.
SELECT * FROM ts_stat('SELECT to_tsvector(note) FROM orders')

--: Runs a query that rewrites another.
SELECT ts_rewrite('a'::tsquery, 'SELECT note::tsquery, note::tsquery FROM orders')

--: Opens a connection to another database.
SELECT * FROM dblink('dbname=postgres', 'SELECT 1') AS t(x int)

--: Makes a cross table from a query given as text.
SELECT * FROM crosstab('SELECT 1, 2, 3') AS t(a int, b int, c int)

--: Reads a file of the server.
SELECT pg_read_file('/etc/passwd')

--: Lists a directory of the server.
SELECT pg_ls_dir('.')

--: Sleeps, to measure time.
SELECT pg_sleep(10)

--: Sleeps only where a row of another tenant is there.
SELECT * FROM orders WHERE total > 100 AND pg_sleep(1) IS NULL

--: Takes a lock that others wait for.
SELECT pg_advisory_lock(1)

--: Ends the connection of somebody else.
SELECT pg_terminate_backend(1)

--: Reads the source of a view.
SELECT pg_get_viewdef('everyone')

--: Reads the size of the whole table.
SELECT pg_total_relation_size('orders')

--: Counts dead rows of all tenants.
SELECT pg_stat_get_live_tuples(1)

--: Moves a sequence that all tenants share.
SELECT nextval('orders_id_seq')

--: Reads how far others have moved a sequence.
SELECT lastval()

--: Sets a sequence.
SELECT setval('orders_id_seq', 1)

--: Reads the transaction counter.
SELECT txid_current()

--: Reads which transactions run.
SELECT pg_current_snapshot()

--: Writes a large object.
SELECT lo_from_bytea(0, 'x')

--: Imports a file as a large object.
SELECT lo_import('/etc/passwd')

--: Reads the clock while it runs, to measure time.
SELECT clock_timestamp()

--: Asks for the version.
SELECT version()

--: Asks which user it is.
SELECT current_user

--: Asks for the schema.
SELECT current_schema

--: Asks for the address of the server.
SELECT inet_server_addr()

--: Asks what rights it has on a table.
SELECT has_table_privilege('api_keys', 'SELECT')

--: Asks whether a table exists.
SELECT to_regclass('api_keys')

--: Finds out a table by a cast.
SELECT 'api_keys'::regclass

--: Finds it out by a function of the same name.
SELECT regclass('api_keys')

--: Finds out a function by a cast.
SELECT 'pg_sleep'::regproc

--: Casts to the row type of a table.
SELECT '(globex,1)'::api_keys

--: Casts to an array of a row type.
SELECT '{}'::public.api_keys[]

--: Casts to an object number.
SELECT 1259::oid

--: Calls a function by writing it like a column.
SELECT u.pg_sleep FROM unnest(ARRAY[1.0::float8]) AS u

--: Reads a setting by writing the function like a column.
SELECT u.current_setting FROM unnest(ARRAY['app.tenant_id']) AS u

--: Reads a file by writing the function like a field.
SELECT ('/etc/passwd'::text).pg_read_file

--: Sleeps by writing the function like a field of a number.
SELECT (5.0::float8).pg_sleep

--: Sleeps by a field of a subquery's value.
SELECT ((SELECT 5.0::float8)).pg_sleep

--: Calls a function of the row that is updated.
UPDATE orders SET note = orders.to_json

--: Calls a function of the old row.
UPDATE orders SET note = note RETURNING old.row_to_json

--: Calls a function of the whole row under an alias.
DELETE FROM orders AS o RETURNING o.pg_typeof

--: Calls a function of a row of a shared table.
SELECT c.pg_column_size FROM countries c

--: Calls a function in another schema.
SELECT private.reveal(1)

--: Calls a function of the owner that nobody listed.
SELECT reveal_all()

--: Uses an operator of another schema.
SELECT 1 OPERATOR(private.+) 2

--: Sorts by an operator.
SELECT id FROM orders ORDER BY id USING <

--: Reads where a row lies.
SELECT ctid FROM orders

--: Reads which table a row is in.
SELECT tableoid FROM orders

--: Reads which transaction wrote a row that it updates.
UPDATE orders SET note = 'x' RETURNING xmin

--: Reads it with the name of the table.
DELETE FROM orders RETURNING orders.xmax

--: Changes a row by where it lies.
UPDATE orders SET note = 'x' WHERE ctid = '(0,1)'

--: Inserts for another tenant.
INSERT INTO orders (tenant_id, id) VALUES ('globex', 99)

--: Inserts for another tenant without naming columns.
INSERT INTO orders VALUES ('globex', 99)

--: Inserts for another tenant by a parameter.
--$ ["globex"]
INSERT INTO orders (tenant_id, id) VALUES ($1, 99)

--: Puts another tenant into the second row.
INSERT INTO orders (tenant_id, id) VALUES ('acme', 98), ('globex', 99)

--: Computes the name of another tenant.
INSERT INTO orders (tenant_id, id) VALUES ('glo' || 'bex', 99)

--: Lets a cast cut its own name to that of another tenant.
INSERT INTO orders (tenant_id, id) VALUES ('acme'::varchar(2), 99)

--: Takes the tenant from a subquery.
INSERT INTO orders (tenant_id, id) VALUES ((SELECT code FROM countries LIMIT 1), 99)

--: Takes the default for the tenant.
INSERT INTO orders (tenant_id, id) VALUES (DEFAULT, 99)

--: Has no tenant at all.
INSERT INTO orders (tenant_id, id) VALUES (NULL, 99)

--: Inserts a query with another tenant.
INSERT INTO orders (tenant_id, id) SELECT 'globex', id FROM orders

--: Inserts a query with another tenant, on one side of a UNION.
INSERT INTO orders (tenant_id, id) SELECT 'acme', 98 UNION ALL SELECT 'globex', 99

--: Hides the tenant in a star.
INSERT INTO orders SELECT * FROM orders

--: Hides the tenant in a star of a subquery.
INSERT INTO orders (tenant_id, id) SELECT x.* FROM (SELECT 'globex', 99) x

--: Shifts the columns by a row that expands.
INSERT INTO customers (id, tenant_id, name) VALUES ((ROW(97, 'globex')).*, 'acme')

--: Hides the tenant in sorted VALUES.
INSERT INTO orders (tenant_id, id) VALUES ('globex', 99) ORDER BY 1

--: Writes an element of the tenant.
INSERT INTO orders (tenant_id[1], id) VALUES ('globex', 99)

--: Inserts into a column that is not configured.
INSERT INTO orders (id, hidden) VALUES (99, 'x')

--: Inserts into a table that all tenants share.
INSERT INTO countries (code, name) VALUES ('XX', 'Nowhere')

--: Inserts into a table that is not configured.
INSERT INTO api_keys (owner, key) VALUES ('globex', 'x')

--: Moves a row to another tenant.
UPDATE orders SET tenant_id = 'globex' WHERE id = 1

--: Moves a row to another tenant by a parameter.
--$ ["globex"]
UPDATE orders SET tenant_id = $1

--: Moves a row among several columns.
UPDATE orders SET (note, tenant_id) = ('x', 'globex')

--: Moves a row by a subquery.
UPDATE orders SET (note, tenant_id) = (SELECT 'x', 'globex')

--: Moves rows of a table whose tenant column has another name.
UPDATE payments SET account = 'globex'

--: Moves a row in a conflict.
INSERT INTO orders (id) VALUES (1) ON CONFLICT (tenant_id, id) DO UPDATE SET tenant_id = 'globex'

--: Moves the tenant with its default.
UPDATE orders SET tenant_id = DEFAULT

--: Updates a table that all tenants share.
UPDATE countries SET name = 'x'

--: Deletes from a table that all tenants share.
DELETE FROM countries

--: Updates a catalog.
UPDATE pg_class SET relrowsecurity = false

--: Deletes from a table that is not configured.
DELETE FROM api_keys

--: Makes rows of other tenants conflict, by a key without the tenant.
INSERT INTO orders (id) VALUES (1) ON CONFLICT (id) DO NOTHING

--: The same, and would change what it meets.
INSERT INTO orders (id, note) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET note = 'mine'

--: Names a constraint, whose columns cannot be seen.
INSERT INTO orders (id) VALUES (1) ON CONFLICT ON CONSTRAINT orders_pkey DO NOTHING

--: Takes an expression as the key of a conflict.
INSERT INTO customers (id, name, email) VALUES (1, 'x', 'y') ON CONFLICT (tenant_id, lower(email)) DO NOTHING

--: Names the target so that our own condition would mean something else.
INSERT INTO orders AS excluded (id) VALUES (1) ON CONFLICT (tenant_id, id) DO UPDATE SET note = 'x'

--: Changes the row that a cursor is at.
UPDATE orders SET note = 'x' WHERE CURRENT OF c

--: Makes text of a gigabyte.
SELECT repeat('x', 1000000000)

--: Makes it with a length that the database computes.
SELECT repeat('x', id * 100000000) FROM orders

--: Makes it by padding.
SELECT lpad('x', 500000000)

--: Makes it by a format.
SELECT format('%500000000s', 'x')

--: Makes it by a width that is an argument.
SELECT format('%*s', 500000000, 'x')

--: Makes a billion rows.
SELECT count(*) FROM generate_series(1, 1000000000)

--: Makes them by a very small step.
SELECT count(*) FROM generate_series('2020-01-01'::timestamp, '2024-01-01', '1 microsecond')

--: Makes as many rows as the database computes.
SELECT * FROM generate_series(1, (SELECT count(*) FROM orders))

--: Gives fewer values than it has parameters.
SELECT * FROM orders WHERE id = $1

--: Gives more values than it has parameters, to shift ours.
--$ [1, "globex"]
SELECT * FROM orders WHERE id = $1

--: Leaves a gap among its parameters.
--$ [1, 2, 3]
SELECT * FROM orders WHERE id = $1 OR id = $3

--: Takes the number that our own parameter would have.
--$ [1]
SELECT * FROM orders WHERE id = $1 OR tenant_id <> $2

--: Uses parameter zero.
SELECT * FROM orders WHERE id = $0

--: Is no SQL.
SELEC * FROM orders

--: Is empty.
;

--: Ends in the middle of a string.
SELECT 'abc

--: Ends in the middle of a comment.
SELECT 1 /* abc

--: Uses XML, which can load documents.
SELECT xmlparse(DOCUMENT '<x/>')

--: Takes a table out of XML.
SELECT * FROM xmltable('/x' PASSING '<x/>' COLUMNS a text)

--: Takes the type from a column of a table.
SELECT * FROM json_to_record('{}') AS x(a orders)

--: Alters the seed of the random generator that others use.
SELECT setseed(0.5)

--: Fills a row type from JSON.
SELECT jsonb_populate_record(NULL::orders, '{}')

--: Calls the input function of a type.
SELECT regclassin('orders')

--: Reads the comment of a table.
SELECT obj_description(1)

--: Asks which type an expression has, to learn of types.
SELECT pg_typeof(1)

--: Has a form that the printer is known to print without the brackets that matter.
SELECT * FROM orders WHERE true BETWEEN false AND (id = 3)

--: Asks for rows that share the last place, which the printer forgets.
SELECT id FROM orders ORDER BY status FETCH FIRST 2 ROWS WITH TIES

--: Calls a function like a column, and gives a subquery with such a column the same name elsewhere.
SELECT u.pg_sleep FROM unnest(ARRAY[1.0::float8]) AS u WHERE EXISTS (SELECT 1 FROM (SELECT 1 AS pg_sleep) AS u)

--: The same, with the subquery around.
SELECT (SELECT u.pg_sleep FROM unnest(ARRAY[1.0::float8]) AS u) FROM (SELECT 1 AS pg_sleep) AS u

--: The same, where a condition of a join means the name outside of its FROM.
SELECT (SELECT 1 FROM (SELECT 1 AS pg_sleep) AS u, (SELECT 1) a JOIN (SELECT 1) b ON u.pg_sleep IS NULL) FROM unnest(ARRAY[1.0::float8]) AS u

--: The same, where a subquery in FROM means the name outside of its FROM.
SELECT (SELECT x FROM (SELECT 1 AS pg_sleep) AS u, (SELECT u.pg_sleep AS x) AS v) FROM unnest(ARRAY[1.0::float8]) AS u

--: The same, where a query in WITH means the name outside.
SELECT (WITH w AS (SELECT u.pg_sleep AS x) SELECT x FROM w, (SELECT 1 AS pg_sleep) AS u) FROM unnest(ARRAY[1.0::float8]) AS u

--: The same, with a join between.
SELECT u.pg_sleep FROM (SELECT 1 AS one) a JOIN unnest(ARRAY[1.0::float8]) AS u ON true

--: The same, with the name of the function for its result.
SELECT unnest.current_setting FROM unnest(ARRAY['app.tenant_id'])

--: The same, of a function whose result has a name.
SELECT (SELECT v.current_setting FROM regexp_split_to_table('app.tenant_id', ',') AS v(x))

--: Defines a column of that name, to write the function like a field of something else.
SELECT (5.0::float8).pg_sleep FROM jsonb_to_record('{}') AS x(pg_sleep float8)

--: Calls a function of the row that is changed, and gives a subquery the same name.
DELETE FROM orders AS o USING (SELECT 1 AS pg_typeof) AS x WHERE EXISTS (SELECT 1 FROM (SELECT 1 AS pg_typeof) AS o) RETURNING o.pg_typeof

--: Gives the old row the name of a subquery.
UPDATE orders SET note = 'x' FROM (SELECT 1 AS to_json) AS before RETURNING WITH (OLD AS before) before.to_json

--: Names a table that is not there.
SELECT nowhere.id FROM orders
