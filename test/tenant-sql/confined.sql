--: Widens the condition by OR.
SELECT * FROM orders WHERE id = 1 OR true

--: Widens it by OR after AND.
SELECT * FROM orders WHERE id = 1 AND status = 'paid' OR 1 = 1

--: Asks for another tenant by name.
SELECT * FROM orders WHERE tenant_id = 'globex'

--: Asks for every tenant but its own.
SELECT * FROM orders WHERE tenant_id <> 'acme'

--: Asks for another tenant by a parameter.
--$ ["globex"]
SELECT count(*) FROM orders WHERE tenant_id = $1

--: Closes a string and comments the rest out, in a parameter.
--$ ["x' OR tenant_id = 'globex' --"]
SELECT * FROM orders WHERE note = $1

--: Comments out what would be appended.
SELECT * FROM orders WHERE id = 1 --

--: Comments it out with a block.
SELECT * FROM orders WHERE true /*

*/

--: Has the word WHERE only in a string.
SELECT 'WHERE tenant_id = ''acme''' AS w, count(*) FROM orders

--: Has the condition in a comment.
SELECT count(*) FROM orders /* WHERE tenant_id = 'acme' */

--: Ends with a semicolon.
SELECT count(*) FROM orders;

--: Sorts and limits, where a condition cannot be appended.
SELECT id, total FROM orders ORDER BY total DESC, id LIMIT 3

--: Adds the rows of another tenant by UNION.
SELECT id, note FROM orders WHERE tenant_id = 'acme' UNION SELECT id, note FROM orders WHERE tenant_id = 'globex'

--: Adds them by UNION ALL in brackets.
(SELECT id FROM orders WHERE id = 1) UNION ALL (SELECT id FROM orders)

--: Takes them by EXCEPT.
SELECT note FROM orders EXCEPT SELECT note FROM orders WHERE tenant_id = 'acme'

--: Takes them by INTERSECT.
SELECT note FROM orders INTERSECT SELECT note FROM orders WHERE tenant_id <> 'acme'

--: Reads a whole table with TABLE.
TABLE orders

--: Reads it with the schema in front.
SELECT * FROM public.orders

--: Names the column with table and schema.
SELECT public.orders.id FROM public.orders WHERE public.orders.total > 0

--: Reads it with ONLY.
SELECT count(*) FROM ONLY orders

--: Writes the name in capitals.
SELECT COUNT(*) FROM ORDERS

--: Writes the name in quotes.
SELECT count(*) FROM "orders"

--: Writes the name with escapes of Unicode.
SELECT count(*) FROM U&"\006frders"

--: Joins a table with itself without a condition on the tenant.
SELECT a.id, b.id FROM orders a CROSS JOIN orders b WHERE a.id < b.id

--: Joins on the key without the tenant.
SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id

--: Keeps rows of the right side by a RIGHT JOIN.
SELECT o.id, c.name FROM orders o RIGHT JOIN customers c ON c.id = o.customer_id AND o.status = 'never'

--: Keeps rows of both sides by a FULL JOIN that never matches.
SELECT o.id, c.id AS customer FROM orders o FULL JOIN customers c ON false

--: Keeps rows by a LEFT JOIN whose condition filters the tenant.
SELECT o.id, o.tenant_id FROM orders o LEFT JOIN customers c ON o.tenant_id = 'acme' AND c.id = o.customer_id

--: Joins by equal names.
SELECT count(*) FROM orders NATURAL JOIN customers

--: Joins by USING.
SELECT id, o.total, c.name FROM orders o JOIN customers c USING (id)

--: Puts the table into a subquery.
SELECT count(*) FROM (SELECT * FROM orders) AS tenant_rows

--: Puts it three subqueries deep.
SELECT count(*) FROM (SELECT * FROM (SELECT * FROM (SELECT * FROM orders) a) b) c

--: Reads it as a value.
SELECT (SELECT count(*) FROM orders) AS n

--: Reads it as a value for each row of a shared table.
SELECT code, (SELECT count(*) FROM customers WHERE region = code) AS n FROM countries ORDER BY code

--: Reads it by EXISTS.
SELECT code FROM countries WHERE EXISTS (SELECT 1 FROM customers WHERE customers.region = countries.code) ORDER BY code

--: Reads it by NOT EXISTS.
SELECT code FROM countries WHERE NOT EXISTS (SELECT 1 FROM customers WHERE customers.region = countries.code) ORDER BY code

--: Reads it by IN.
SELECT code FROM countries WHERE code IN (SELECT region FROM customers) ORDER BY code

--: Reads it by NOT IN.
SELECT code FROM countries WHERE code NOT IN (SELECT region FROM customers WHERE region IS NOT NULL) ORDER BY code

--: Reads it by ANY.
SELECT code FROM countries WHERE code = ANY (SELECT region FROM customers) ORDER BY code

--: Reads it by ALL.
SELECT count(*) FROM countries WHERE 1000 > ALL (SELECT total FROM orders)

--: Reads it into an array.
SELECT ARRAY(SELECT note FROM orders ORDER BY id, note)

--: Compares a row with all rows.
SELECT (1, 'globex note 1') IN (SELECT id, note FROM orders)

--: Reads it in CASE.
SELECT CASE WHEN EXISTS (SELECT 1 FROM orders WHERE tenant_id = 'globex') THEN 'there' ELSE 'not there' END

--: Reads it in COALESCE.
SELECT COALESCE((SELECT max(note) FROM orders WHERE tenant_id = 'globex'), 'nothing')

--: Reads it in LIMIT.
SELECT code FROM countries ORDER BY code LIMIT (SELECT count(*) FROM orders WHERE tenant_id <> 'acme')

--: Reads it in OFFSET.
SELECT code FROM countries ORDER BY code OFFSET (SELECT count(*) FROM orders WHERE tenant_id = 'globex')

--: Reads it in ORDER BY.
SELECT code FROM countries ORDER BY (SELECT count(*) FROM customers WHERE region = code) DESC, code

--: Reads it in GROUP BY and HAVING.
SELECT region, count(*) FROM customers GROUP BY region HAVING count(*) > (SELECT count(*) FROM payments) - 100 ORDER BY region

--: Reads it in a filter of an aggregate.
SELECT count(*) FILTER (WHERE tenant_id = 'globex') AS foreign_rows, count(*) AS all_rows FROM orders

--: Reads it in a window.
SELECT id, count(*) OVER () AS everybody, sum(total) OVER (PARTITION BY tenant_id) AS mine FROM orders ORDER BY id

--: Reads it beside the rows, LATERAL.
SELECT c.code, x.n FROM countries c, LATERAL (SELECT count(*) AS n FROM customers WHERE region = c.code) x ORDER BY 1

--: Reads it in a function of a row source.
SELECT * FROM unnest(ARRAY(SELECT note FROM orders WHERE tenant_id = 'globex')) AS n

--: Reads it in WITH.
WITH everything AS (SELECT * FROM orders) SELECT count(*) FROM everything

--: Reads it in WITH that is materialized.
WITH everything AS MATERIALIZED (SELECT * FROM orders) SELECT count(*) FROM everything

--: Reads it in WITH that is not.
WITH everything AS NOT MATERIALIZED (SELECT * FROM orders) SELECT count(*) FROM everything WHERE tenant_id = 'globex'

--: Reads it in WITH RECURSIVE.
WITH RECURSIVE walk(id) AS (SELECT min(id) FROM orders UNION ALL SELECT walk.id + 1 FROM walk JOIN orders o ON o.id = walk.id + 1) SELECT count(*) FROM walk

--: Reads it in WITH of a WITH.
WITH a AS (WITH b AS (SELECT * FROM orders) SELECT * FROM b) SELECT count(*) FROM a

--: Gives the table the name of the other.
SELECT count(*) FROM orders AS customers

--: Gives a subquery the name of the table.
SELECT orders.tenant_id FROM (SELECT 'globex' AS tenant_id) AS orders

--: Gives the columns other names, so that a filter would look at the wrong one.
SELECT x FROM orders AS o(note, tenant_id, x)

--: Gives a constant the name of the tenant column.
SELECT * FROM (SELECT 'acme' AS tenant_id, note FROM orders) x WHERE tenant_id = 'acme'

--: Has a query around that has a tenant column, for a table that is filtered by it.
SELECT (SELECT count(*) FROM payments WHERE tenant_id = 'globex') FROM orders WHERE id = 1

--: Reads whole rows.
SELECT o FROM orders o ORDER BY o.id

--: Reads whole rows as JSON.
SELECT row_to_json(o) FROM orders o ORDER BY o.id

--: Reads everything in one value.
SELECT json_agg(o ORDER BY o.id) FROM orders o

--: Reads everything as one text.
SELECT string_agg(note, ',' ORDER BY note) FROM orders

--: Asks whether a row of another tenant is there, by the number of its key.
SELECT count(*) FROM orders WHERE id = 8

--: Asks for the greatest key of all tenants.
SELECT max(id), min(id), count(DISTINCT tenant_id) FROM orders

--: Fails with the text of a row of another tenant in the message.
SELECT id FROM orders WHERE note::int > 0

--: Fails so in a condition after its own tenant.
SELECT id FROM orders WHERE tenant_id = 'acme' AND (note LIKE 'globex%' AND note::int = 1)

--: Fails by a division that only rows of other tenants would make fail.
SELECT id FROM orders WHERE 1 / (total - 777.00) < 2

--: Fails so where our own condition is the more expensive one.
SELECT id FROM visits WHERE 1 / (n - 777) IS NOT NULL

--: Fails so there, in a join.
SELECT v.id FROM visits v JOIN countries c ON 1 / (v.n - 777) IS NOT NULL

--: Fails so there, through a query that the planner opens.
WITH v AS (SELECT 1 / (n - 777) AS x, id FROM visits) SELECT id FROM v WHERE x IS NOT NULL

--: Fails so in a join condition.
SELECT count(*) FROM orders o JOIN countries c ON 1 / (o.total - 777.00) < 2

--: Fails so in a subquery that looks independent.
SELECT count(*) FROM countries WHERE EXISTS (SELECT 1 FROM orders WHERE 1 / (total - 777.00) > 5)

--: Fails so in the order.
SELECT id FROM orders ORDER BY 1 / (total - 777.00), id

--: Fails so in an aggregate.
SELECT sum(1 / (total - 777.00)) > 0 FROM orders

--: Fails so in GROUP BY.
SELECT count(*) FROM orders GROUP BY 1 / (total - 777.00) ORDER BY 1

--: Fails so in a cheap condition that the planner likes to try first.
SELECT id FROM orders WHERE status IN ('paid', 'open') AND 1 / (total - 777.00) < 2 AND note NOT LIKE '%x%'

--: Fails so under a set operation, where the planner pushes conditions down.
SELECT * FROM (SELECT total FROM orders UNION ALL SELECT amount FROM payments) x WHERE 1 / (total - 777.00) < 2

--: Fails so over a DISTINCT, where the planner pushes conditions down.
SELECT * FROM (SELECT DISTINCT total FROM orders) x WHERE 1 / (total - 777.00) < 2

--: Fails so over a window, where the planner pushes conditions down.
SELECT * FROM (SELECT total, rank() OVER (PARTITION BY total) FROM orders) x WHERE 1 / (total - 777.00) < 2

--: Fails so in an UPDATE.
UPDATE orders SET note = 'x' WHERE 1 / (total - 777.00) < 2

--: Fails so in a value of an UPDATE.
UPDATE orders SET total = 1 / (total - 777.00) WHERE total > 0

--: Fails so in a DELETE.
DELETE FROM payments WHERE 1 / (amount - 777.00) < 2

--: Fails so in a DELETE with a join.
DELETE FROM payments USING orders WHERE orders.id = payments.order_id AND 1 / (payments.amount - 777.00) < 2

--: Fails so with the text of a document of another tenant.
SELECT id FROM documents WHERE (body ->> 'pages')::int > 1

--: Fails so in an UPDATE, with the text in the message.
UPDATE documents SET title = 'x' WHERE (body ->> 'pages')::int > 1

--: Updates every row that it can reach.
UPDATE orders SET note = 'mine'

--: Updates with OR.
UPDATE orders SET note = 'mine' WHERE id = 1 OR true

--: Updates rows of another tenant by name.
UPDATE orders SET note = 'mine' WHERE tenant_id = 'globex'

--: Updates by a join on the key alone.
UPDATE orders SET note = c.name FROM customers c WHERE c.id = orders.customer_id

--: Updates by a join with itself.
UPDATE orders SET note = other.note FROM orders other WHERE other.id = orders.id AND other.tenant_id <> 'acme'

--: Updates with a value from another tenant.
UPDATE orders SET note = (SELECT max(note) FROM orders WHERE tenant_id = 'globex')

--: Updates several columns from another tenant.
UPDATE orders SET (note, total) = (SELECT max(note), max(total) FROM orders WHERE tenant_id <> 'acme')

--: Updates under an alias that is the name of another table.
UPDATE orders AS customers SET note = 'mine' WHERE customers.id > 0

--: Updates with a subquery that names the target.
UPDATE orders SET note = 'mine' WHERE id IN (SELECT id FROM orders o WHERE o.tenant_id <> orders.tenant_id)

--: Updates and reads all columns back.
UPDATE orders SET note = 'mine' WHERE true RETURNING *

--: Updates and reads the old rows back.
UPDATE orders SET note = 'mine' RETURNING old.note, new.note

--: Updates and counts the others.
UPDATE orders SET note = 'mine' WHERE id = 1 RETURNING (SELECT count(*) FROM orders WHERE tenant_id <> 'acme')

--: Updates a table whose tenant column has another name.
UPDATE payments SET method = 'cash' WHERE account = 'globex' OR true

--: Updates only the table itself, without those that inherit.
UPDATE ONLY orders SET note = 'mine'

--: Updates with a WITH that reads everything.
WITH everything AS (SELECT * FROM orders) UPDATE orders SET note = 'mine' FROM everything e WHERE e.id = orders.id

--: Deletes everything.
DELETE FROM order_lines

--: Deletes with OR.
DELETE FROM order_lines WHERE order_id = 1 OR true

--: Deletes rows of another tenant by name.
DELETE FROM order_lines WHERE tenant_id = 'globex'

--: Deletes by a join on the key alone.
DELETE FROM order_lines USING orders WHERE orders.id = order_lines.order_id

--: Deletes by a join with itself.
DELETE FROM order_lines a USING order_lines b WHERE a.order_id = b.order_id AND a.line > b.line

--: Deletes and reads what it deleted.
DELETE FROM order_lines RETURNING *

--: Deletes whole rows and reads them as JSON.
DELETE FROM payments AS p RETURNING to_json(p)

--: Deletes under the name of another table.
DELETE FROM order_lines AS orders WHERE orders.quantity > 0

--: Deletes where a subquery over everybody says so.
DELETE FROM order_lines WHERE quantity < (SELECT max(quantity) FROM order_lines WHERE tenant_id <> 'acme')

--: Inserts a copy of the rows of another tenant.
INSERT INTO customers (id, name, email) SELECT id + 500, name, email || '.copy' FROM customers WHERE tenant_id = 'globex'

--: Inserts a copy, with the tenant column copied from a row that only says so.
INSERT INTO events (tenant_id, id, kind) SELECT tenant_id, id + 500, kind FROM events

--: Inserts what a UNION over everybody gives.
INSERT INTO events (id, kind) SELECT 901, 'x' UNION SELECT id + 500, kind FROM events

--: Inserts what a WITH over everybody gives.
WITH everything AS (SELECT id + 500 AS id, kind FROM events) INSERT INTO events (id, kind) SELECT * FROM everything

--: Inserts a key that another tenant has.
INSERT INTO customers (id, name, email) VALUES (9, 'x', 'only-globex@example.org')

--: Inserts a key that another tenant has, and does nothing in a conflict.
INSERT INTO customers (id, name, email) VALUES (9, 'x', 'x@example.org') ON CONFLICT DO NOTHING RETURNING id

--: Inserts a key that another tenant has, to change its row.
INSERT INTO orders (id, note) VALUES (8, 'mine') ON CONFLICT (tenant_id, id) DO UPDATE SET note = 'mine' RETURNING *

--: Inserts a key of its own, and has the condition look at every row.
INSERT INTO orders (id, note) VALUES (1, 'mine') ON CONFLICT (tenant_id, id) DO UPDATE SET note = excluded.note WHERE true OR orders.tenant_id <> 'acme'

--: Fails in the condition of a conflict.
INSERT INTO orders (id, note) VALUES (1, 'mine') ON CONFLICT (tenant_id, id) DO UPDATE SET note = 'x' WHERE 1 / (orders.total - 777.00) < 2

--: Inserts and counts the others.
INSERT INTO events (id, kind) VALUES (900, 'x') RETURNING (SELECT count(*) FROM events)

--: Refers to a row that only another tenant has.
INSERT INTO orders (id, customer_id) VALUES (900, 9)

--: Breaks its own unique key, to see what the message tells.
INSERT INTO customers (id, name, email) VALUES (1, 'x', 'y@example.org')

--: Deletes a row that others might refer to.
DELETE FROM customers WHERE id = 1

--: Writes the number of its own parameter into a string.
SELECT '$1', count(*) FROM orders

--: Has a dollar sign in a name.
SELECT count(*) AS "$1" FROM orders

--: Has a name that is an injection when it is not quoted.
SELECT note AS "x FROM orders --" FROM orders ORDER BY id

--: Has a literal that is an injection when backslashes escape.
SELECT count(*) FROM orders WHERE note = '\'' OR true --'

--: Has such a literal with escapes.
SELECT count(*) FROM orders WHERE note = E'\' OR true --'

--: Has such a literal in dollars.
SELECT count(*) FROM orders WHERE note = $x$' OR true --$x$

--: Has an alias with a quote in it.
SELECT "o"" CROSS JOIN api_keys --".id FROM orders AS "o"" CROSS JOIN api_keys --" ORDER BY 1

--: Has a collation with a quote in it.
SELECT id FROM orders ORDER BY note COLLATE "C", id

--: Looks for what others have written, with a pattern.
SELECT count(*) FROM orders WHERE note ~ '^globex'

--: Searches the text of all documents.
SELECT id FROM documents WHERE to_tsvector('english', title) @@ to_tsquery('english', 'globex | initech')

--: Searches inside of all documents.
SELECT id FROM documents WHERE body @> '{"owner": "globex"}'

--: Unnests the lists of all orders.
SELECT DISTINCT tag FROM orders, unnest(tags) AS tag ORDER BY tag

--: Takes all keys out of all documents.
SELECT DISTINCT k FROM documents, jsonb_object_keys(body) AS k ORDER BY k

--: Counts over all with grouping sets.
SELECT tenant_id, status, count(*) FROM orders GROUP BY GROUPING SETS ((tenant_id), (status), ()) ORDER BY 1, 2

--: Counts over all with a cube.
SELECT tenant_id, count(*) FROM customers GROUP BY CUBE (tenant_id) ORDER BY 1

--: Takes a middle value of all.
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY total) FROM orders

--: Ranks a value among all.
SELECT rank(100) WITHIN GROUP (ORDER BY total) FROM orders

--: Reads the first row of each tenant.
SELECT DISTINCT ON (tenant_id) tenant_id, id FROM orders ORDER BY tenant_id, id

--: Sees neighbours in a window.
SELECT id, lag(note) OVER (ORDER BY tenant_id, id), lead(note) OVER (ORDER BY tenant_id, id) FROM orders ORDER BY id

--: Selects nothing but counts rows of the result.
SELECT FROM orders

--: Has no table at all, and so nothing that is bound.
SELECT 1 + 1 AS two

--: Has only VALUES.
VALUES (1, 'a'), (2, 'b')
