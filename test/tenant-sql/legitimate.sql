--: All rows.
SELECT * FROM orders

--: Some columns.
SELECT id, total FROM orders

--: Columns with names.
SELECT id AS number, total AS "Total amount" FROM orders

--: A condition.
SELECT id FROM orders WHERE status = 'paid'

--: A condition with a parameter.
--$ ["paid"]
SELECT id FROM orders WHERE status = $1

--: Two parameters, one of them twice.
--$ [2, 100]
SELECT id FROM orders WHERE id > $1 AND total < $2 OR id = $1

--: Parameters in another order.
--$ [100, "paid"]
SELECT id FROM orders WHERE status = $2 AND total > $1

--: A list as a parameter.
--$ [[1, 2, 3]]
SELECT id FROM orders WHERE id = ANY ($1)

--: A list written out.
SELECT id FROM orders WHERE id IN (1, 3, 5)

--: All but a list.
SELECT id FROM orders WHERE id NOT IN (1, 3, 5)

--: A range.
SELECT id FROM orders WHERE total BETWEEN 50 AND 120

--: All but a range.
SELECT id FROM orders WHERE total NOT BETWEEN 50 AND 120

--: A pattern.
SELECT name FROM customers WHERE name LIKE 'Cust%3'

--: A pattern without case.
SELECT name FROM customers WHERE name ILIKE '%NOBODY%'

--: A pattern with an escape.
SELECT name FROM customers WHERE name NOT LIKE '%!%%' ESCAPE '!'

--: A pattern of SQL.
SELECT name FROM customers WHERE name SIMILAR TO 'Customer (1|2)'

--: A regular expression.
SELECT name FROM customers WHERE name ~ '[1-3]$' AND name !~* 'nobody'

--: Nothing there.
SELECT id FROM customers WHERE region IS NULL

--: Something there.
SELECT id FROM customers WHERE region IS NOT NULL

--: Truth of a condition.
SELECT id FROM customers WHERE (region = 'EU') IS NOT TRUE

--: Distinct from.
SELECT id FROM customers WHERE region IS DISTINCT FROM 'EU'

--: Not.
SELECT id FROM customers WHERE NOT (region = 'EU' OR credit > 40)

--: Brackets that matter.
SELECT id FROM orders WHERE (status = 'paid' OR status = 'open') AND total > 60

--: An order.
SELECT id, total FROM orders ORDER BY total DESC

--: An order with several keys and nothing last.
SELECT id, region FROM customers ORDER BY region DESC NULLS LAST, id

--: An order by position.
SELECT status, id FROM orders ORDER BY 1, 2 DESC

--: An order by an expression.
SELECT id FROM orders ORDER BY (id * 7) % 5, id

--: The first rows.
SELECT id FROM orders ORDER BY id LIMIT 3

--: A page.
--$ [2, 3]
SELECT id FROM orders ORDER BY id LIMIT $1 OFFSET $2

--: The first rows in the words of the standard.
SELECT id FROM orders ORDER BY id OFFSET 1 ROWS FETCH FIRST 2 ROWS ONLY

--: Different values.
SELECT DISTINCT status FROM orders

--: The first of each.
SELECT DISTINCT ON (status) status, id FROM orders ORDER BY status, total DESC

--: Counting.
SELECT count(*), count(region), count(DISTINCT region) FROM customers

--: Sums.
SELECT sum(total), avg(total), min(total), max(total) FROM orders

--: Groups.
SELECT status, count(*) AS n FROM orders GROUP BY status ORDER BY n DESC, status

--: Groups by position.
SELECT status, sum(total) FROM orders GROUP BY 1 ORDER BY 1

--: Groups by an expression.
SELECT date_trunc('month', placed_at) AS month, count(*) FROM orders GROUP BY date_trunc('month', placed_at) ORDER BY month

--: Groups with a condition.
SELECT region, sum(credit) FROM customers GROUP BY region HAVING sum(credit) > 40 ORDER BY region

--: An aggregate with a filter.
SELECT count(*) FILTER (WHERE status = 'paid') AS paid, count(*) AS everything FROM orders

--: Subtotals.
SELECT status, count(*) FROM orders GROUP BY ROLLUP (status) ORDER BY status NULLS LAST

--: Several groupings, and which it is.
SELECT region, name, GROUPING(region, name) AS g, count(*) FROM customers GROUP BY GROUPING SETS ((region), (name), ()) ORDER BY g, region, name

--: A list in a text.
SELECT region, string_agg(name, ', ' ORDER BY name) FROM customers GROUP BY region ORDER BY region

--: A list.
SELECT status, array_agg(id ORDER BY id DESC) FROM orders GROUP BY status ORDER BY status

--: The first of a list.
SELECT status, (array_agg(id ORDER BY total DESC))[1] AS biggest FROM orders GROUP BY status ORDER BY status

--: A middle value.
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY total), mode() WITHIN GROUP (ORDER BY status) FROM orders

--: Statistics.
SELECT round(stddev(total), 3), round(variance(total), 3), round(corr(id, total)::numeric, 3) FROM orders

--: Whether all or any.
SELECT bool_and(total > 10), bool_or(total > 170), every(id > 0) FROM orders

--: A join.
SELECT o.id, c.name FROM orders o JOIN customers c ON c.tenant_id = o.tenant_id AND c.id = o.customer_id ORDER BY o.id

--: A join on the key alone, as when there is but one tenant.
SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id ORDER BY o.id

--: A join by common names.
SELECT o.id, l.line FROM orders o JOIN order_lines l USING (tenant_id) WHERE l.order_id = o.id ORDER BY 1, 2

--: A join whose common columns have a name.
SELECT j.tenant_id, count(*) FROM orders o JOIN order_lines l USING (tenant_id) AS j GROUP BY j.tenant_id

--: A left join.
SELECT c.name, o.id FROM customers c LEFT JOIN orders o ON o.customer_id = c.id ORDER BY 1, 2

--: Those without a partner.
SELECT c.name FROM customers c LEFT JOIN orders o ON o.customer_id = c.id WHERE o.id IS NULL

--: A right join.
SELECT c.name, o.id FROM orders o RIGHT JOIN customers c ON o.customer_id = c.id ORDER BY 1, 2

--: A full join.
SELECT o.id, p.id AS payment FROM orders o FULL JOIN payments p ON p.order_id = o.id ORDER BY 1, 2

--: A cross join.
SELECT c.code, o.id FROM countries c CROSS JOIN orders o WHERE o.id < 3 ORDER BY 1, 2

--: A join by commas.
SELECT o.id, l.sku FROM orders o, order_lines l WHERE l.order_id = o.id AND l.quantity > 3 ORDER BY 1, 2

--: Three tables.
SELECT c.name, o.id, sum(l.quantity * l.price) AS worth FROM customers c JOIN orders o ON o.customer_id = c.id JOIN order_lines l ON l.order_id = o.id GROUP BY c.name, o.id ORDER BY o.id

--: Four tables, one of them shared.
SELECT k.name, count(DISTINCT o.id) AS orders, sum(p.amount) AS paid FROM countries k JOIN customers c ON c.region = k.code LEFT JOIN orders o ON o.customer_id = c.id LEFT JOIN payments p ON p.order_id = o.id GROUP BY k.name ORDER BY k.name

--: A table with itself.
SELECT a.id, b.id AS later FROM orders a JOIN orders b ON b.customer_id = a.customer_id AND b.id > a.id ORDER BY 1, 2

--: Joins in brackets.
SELECT c.name, o.id, l.line FROM customers c LEFT JOIN (orders o JOIN order_lines l ON l.order_id = o.id) ON o.customer_id = c.id ORDER BY 1, 2, 3

--: Other names for columns of a table.
SELECT o.a, o.b FROM orders AS o(t, a, c, b) ORDER BY o.a

--: A whole table of a join.
SELECT c.*, o.id AS order_id FROM customers c JOIN orders o ON o.customer_id = c.id ORDER BY o.id

--: The table with its schema.
SELECT public.customers.name FROM public.customers ORDER BY public.customers.id

--: A subquery as a value.
SELECT name, (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) AS n FROM customers c ORDER BY name

--: A subquery in a condition.
SELECT id FROM orders WHERE total > (SELECT avg(total) FROM orders)

--: EXISTS.
SELECT name FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND o.status = 'paid')

--: NOT EXISTS.
SELECT name FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id)

--: IN with a subquery.
SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE total > 60)

--: IN with two columns.
SELECT id FROM orders WHERE (customer_id, status) IN (SELECT id, 'paid' FROM customers)

--: ANY and ALL.
SELECT id FROM orders WHERE total >= ALL (SELECT total FROM orders) OR id = ANY (SELECT order_id FROM payments WHERE method = 'cash')

--: A list from a subquery.
SELECT name, ARRAY(SELECT o.id FROM orders o WHERE o.customer_id = c.id ORDER BY o.id) AS ids FROM customers c ORDER BY c.id

--: A subquery as a table.
SELECT status, n FROM (SELECT status, count(*) AS n FROM orders GROUP BY status) s WHERE n > 1 ORDER BY status

--: A subquery with names for its columns.
SELECT x.a, x.b FROM (SELECT id, total FROM orders) AS x(a, b) ORDER BY x.a

--: A subquery that looks at what stands left of it.
SELECT c.name, last.id FROM customers c CROSS JOIN LATERAL (SELECT o.id FROM orders o WHERE o.customer_id = c.id ORDER BY o.id DESC LIMIT 1) last ORDER BY 1

--: The same with LEFT JOIN.
SELECT c.name, s.total FROM customers c LEFT JOIN LATERAL (SELECT sum(total) AS total FROM orders o WHERE o.customer_id = c.id) s ON true ORDER BY 1

--: Subqueries in subqueries.
SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE id IN (SELECT order_id FROM order_lines WHERE sku = 'SKU-3'))

--: WITH.
WITH big AS (SELECT * FROM orders WHERE total > 80) SELECT count(*), sum(total) FROM big

--: WITH of several queries, of which one reads the other.
WITH big AS (SELECT * FROM orders WHERE total > 50), names AS (SELECT c.name, b.id FROM big b JOIN customers c ON c.id = b.customer_id) SELECT * FROM names ORDER BY id

--: WITH whose columns have names.
WITH s(state, n) AS (SELECT status, count(*) FROM orders GROUP BY status) SELECT state, n FROM s ORDER BY state

--: WITH used twice.
WITH o AS (SELECT id, total FROM orders) SELECT a.id, b.id AS next FROM o a JOIN o b ON b.id = a.id + 1 ORDER BY a.id

--: WITH in a subquery.
SELECT * FROM (WITH m AS (SELECT max(total) AS m FROM orders) SELECT o.id FROM orders o, m WHERE o.total = m.m) x

--: WITH of VALUES.
WITH wanted(id) AS (VALUES (1), (3)) SELECT o.id, o.status FROM orders o JOIN wanted w ON w.id = o.id ORDER BY 1

--: Counting by recursion.
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i, (SELECT total FROM orders WHERE id = i) FROM n ORDER BY i

--: A walk through rows.
WITH RECURSIVE chain AS (SELECT id, customer_id, 1 AS depth FROM orders WHERE id = 1 UNION ALL SELECT o.id, o.customer_id, c.depth + 1 FROM chain c JOIN orders o ON o.id = c.customer_id WHERE c.depth < 4) SELECT * FROM chain ORDER BY depth

--: A walk in depth with its order.
WITH RECURSIVE t(id, parent) AS (SELECT id, 0 FROM orders WHERE id < 3 UNION ALL SELECT o.id, t.id FROM t JOIN orders o ON o.id = t.id + 3) SEARCH DEPTH FIRST BY id SET place SELECT id, parent FROM t ORDER BY place

--: UNION.
SELECT id FROM orders WHERE status = 'paid' UNION SELECT order_id FROM payments ORDER BY 1

--: UNION ALL.
SELECT 'order' AS kind, id FROM orders UNION ALL SELECT 'payment', id FROM payments ORDER BY 1, 2

--: INTERSECT.
SELECT id FROM orders INTERSECT SELECT order_id FROM payments ORDER BY 1

--: EXCEPT.
SELECT id FROM orders EXCEPT SELECT order_id FROM payments ORDER BY 1

--: Three of them in brackets.
(SELECT id FROM orders UNION SELECT id FROM payments) EXCEPT SELECT order_id FROM order_lines WHERE sku = 'SKU-3' ORDER BY 1

--: Limits inside of a UNION.
(SELECT id FROM orders ORDER BY total DESC LIMIT 2) UNION ALL (SELECT id FROM orders ORDER BY total LIMIT 1) ORDER BY 1

--: VALUES.
VALUES (1, 'one'), (2, 'two') ORDER BY 1

--: VALUES as a table.
SELECT v.label, o.id FROM (VALUES ('open', 'Open'), ('paid', 'Paid')) AS v(status, label) JOIN orders o ON o.status = v.status ORDER BY o.id

--: TABLE.
TABLE countries

--: A row number.
SELECT id, row_number() OVER (ORDER BY total DESC) FROM orders ORDER BY id

--: Ranks within groups.
SELECT id, status, rank() OVER (PARTITION BY status ORDER BY total DESC) FROM orders ORDER BY id

--: A running sum.
SELECT id, sum(total) OVER (ORDER BY id) FROM orders ORDER BY id

--: A moving average.
SELECT id, round(avg(total) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING), 2) FROM orders ORDER BY id

--: Neighbours.
SELECT id, lag(total) OVER w, lead(total, 2, 0.0) OVER w, first_value(id) OVER w FROM orders WINDOW w AS (ORDER BY id) ORDER BY id

--: A window built on another.
SELECT id, count(*) OVER (w ORDER BY id) FROM orders WINDOW w AS (PARTITION BY status) ORDER BY id

--: A frame by groups.
SELECT id, count(*) OVER (ORDER BY status GROUPS BETWEEN CURRENT ROW AND 1 FOLLOWING EXCLUDE CURRENT ROW) FROM orders ORDER BY id

--: The share of each.
SELECT id, round(total / sum(total) OVER () * 100, 1) AS percent FROM orders ORDER BY id

--: Quarters.
SELECT id, ntile(4) OVER (ORDER BY id), round(cume_dist() OVER (ORDER BY id)::numeric, 2) FROM orders ORDER BY id

--: CASE.
SELECT id, CASE WHEN total > 100 THEN 'big' WHEN total > 50 THEN 'middle' ELSE 'small' END AS size FROM orders ORDER BY id

--: CASE of a value.
SELECT id, CASE status WHEN 'paid' THEN 1 ELSE 0 END FROM orders ORDER BY id

--: COALESCE, NULLIF, GREATEST and LEAST.
SELECT id, COALESCE(region, 'none'), NULLIF(region, 'EU'), GREATEST(credit, 30), LEAST(credit, 30) FROM customers ORDER BY id

--: Arithmetic.
SELECT id, total * 1.19 AS gross, total / 3, id % 2, -id, id ^ 2, @ (id - 4), |/ (id * 1.0) FROM orders ORDER BY id

--: Rounding.
SELECT id, round(total / 7, 2), ceil(total), floor(total), trunc(total, 1), abs(id - 5), sign(id - 3), power(id, 2), mod(id, 3) FROM orders ORDER BY id

--: Texts.
SELECT upper(name), lower(name), length(name), initcap('ann lee'), left(name, 4), right(name, 1), reverse(name), repeat('ab', 3) FROM customers ORDER BY id

--: Joining texts.
SELECT name || ' <' || email || '>', concat(name, '/', region), concat_ws('-', id, region, name) FROM customers ORDER BY id

--: Parts of texts.
SELECT split_part(email, '@', 1), substring(name FROM 1 FOR 4), substr(name, 3), position('@' IN email), strpos(email, '@'), replace(name, ' ', '_'), translate(name, 'aeiou', '12345') FROM customers ORDER BY id

--: Trimming and padding.
SELECT trim('  x '), trim(BOTH '-' FROM '--x--'), ltrim('xxa', 'x'), rtrim('axx', 'x'), lpad(id::text, 5, '0'), rpad(name, 12, '.') FROM customers ORDER BY id

--: Replacing by a pattern.
SELECT regexp_replace(email, '@.*$', ''), regexp_match(name, '\d+'), regexp_split_to_array(email, '[@.]') FROM customers ORDER BY id

--: A part by a pattern.
SELECT substring(email FROM '@(.*)$'), overlay(name PLACING 'X' FROM 1 FOR 3), starts_with(name, 'Cust') FROM customers ORDER BY id

--: A formatted text.
SELECT format('%s owes %s', name, credit), to_char(credit, 'FM999990.00'), md5(name), encode(sha256('x'), 'hex') FROM customers ORDER BY id

--: Casts.
SELECT id::text, total::int, '5'::int + id, CAST(total AS numeric(10, 1)), note::int, 'true'::boolean FROM orders ORDER BY id

--: Dates.
SELECT id, paid_on + 1, paid_on - date '2024-01-01', extract(year FROM paid_on), date_part('month', paid_on), to_char(paid_on, 'YYYY-MM') FROM payments ORDER BY id

--: A range of dates.
--$ ["2024-02-02", "2024-02-04"]
SELECT id FROM payments WHERE paid_on >= $1 AND paid_on < $2::date + 1

--: Times.
SELECT id, placed_at AT TIME ZONE 'Europe/Berlin', date_trunc('day', placed_at), placed_at + interval '1 day 2 hours', age(placed_at, '2024-01-01'::timestamptz) FROM orders ORDER BY id

--: Before now.
SELECT count(*) FROM orders WHERE placed_at < now() AND placed_at < CURRENT_TIMESTAMP AND placed_at::date < CURRENT_DATE

--: Made dates.
SELECT make_date(2024, 2, id), make_interval(days => id), justify_hours(took), extract(epoch FROM took) FROM events ORDER BY id

--: Overlapping times.
SELECT id FROM payments WHERE (paid_on, interval '1 day') OVERLAPS (date '2024-02-03', date '2024-02-05')

--: Every day, also those without rows.
SELECT d::date AS day, count(p.id) FROM generate_series('2024-02-01'::date, '2024-02-06'::date, '1 day') AS d LEFT JOIN payments p ON p.paid_on = d::date GROUP BY d ORDER BY d

--: A series of numbers.
--$ [4]
SELECT n, o.status FROM generate_series(1, $1) AS n JOIN orders o ON o.id = n ORDER BY n

--: A value in a document.
SELECT id, body ->> 'pages', body -> 'author' ->> 'name', body #>> '{author,name}' FROM documents ORDER BY id

--: A condition on a document.
SELECT id FROM documents WHERE (body ->> 'pages')::int > 5 AND body ? 'owner' AND body @> '{"owner": "acme"}'

--: A document as a parameter.
--$ [{"owner": "acme"}]
SELECT id FROM documents WHERE body @> $1

--: Elements of a document.
SELECT d.id, p.value FROM documents d, jsonb_array_elements(d.body -> 'parts') AS p ORDER BY 1, 2

--: Members of a document.
SELECT d.id, e.key, e.value FROM documents d CROSS JOIN LATERAL jsonb_each(d.body) AS e ORDER BY 1, 2

--: Members as rows of a type.
SELECT d.id, r.pages, r.owner FROM documents d, jsonb_to_record(d.body) AS r(pages int, owner text) ORDER BY 1

--: A path into a document.
SELECT id, jsonb_path_query_first(body, '$.author.name'), jsonb_path_exists(body, '$.parts[*] ? (@ > 3)') FROM documents ORDER BY id

--: Documents that are built.
SELECT jsonb_build_object('id', id, 'name', name), to_jsonb(name), json_build_array(id, name), row_to_json(ROW(id, name)) FROM customers ORDER BY id

--: A document of all rows.
SELECT jsonb_agg(jsonb_build_object('id', id, 'total', total) ORDER BY id), jsonb_object_agg(id, status) FROM orders

--: Whole rows as documents.
SELECT to_jsonb(c), c FROM customers c ORDER BY c.id

--: A document of rows and their rows.
SELECT c.name, COALESCE((SELECT jsonb_agg(o ORDER BY o.id) FROM orders o WHERE o.customer_id = c.id), '[]') AS orders FROM customers c ORDER BY c.id

--: A changed document.
SELECT jsonb_set(body, '{pages}', '1'), body - 'parts', body || '{"x": 1}', jsonb_typeof(body), jsonb_pretty(body -> 'parts') FROM documents ORDER BY id

--: Lists.
SELECT id, tags[1], array_length(tags, 1), cardinality(tags), tags || 'x', 'gift' = ANY (tags), array_to_string(tags, '+') FROM orders ORDER BY id

--: A condition on lists.
SELECT id FROM orders WHERE tags @> ARRAY['gift'] AND NOT tags && ARRAY['tag4']

--: Elements of lists.
SELECT o.id, t.tag, t.place FROM orders o, unnest(o.tags) WITH ORDINALITY AS t(tag, place) ORDER BY o.id, t.place

--: Several lists side by side.
SELECT * FROM ROWS FROM (unnest(ARRAY[1, 2]), unnest(ARRAY['a', 'b', 'c'])) AS x(n, l)

--: A search for words.
SELECT id, ts_rank(to_tsvector('english', title), q) > 0 FROM documents, plainto_tsquery('english', 'reports') AS q WHERE to_tsvector('english', title) @@ q ORDER BY id

--: An order by the rules of a language.
SELECT name FROM customers ORDER BY name COLLATE "C" DESC

--: Rows compared as wholes.
SELECT id FROM orders WHERE (status, id) > ('open', 3) ORDER BY id

--: No table.
SELECT 1 AS one, 'two' AS two, NULL AS nothing, true AS yes

--: No table, with a parameter.
--$ [5]
SELECT $1::int + 1 AS six

--: Comments.
SELECT id -- the number
FROM /* all /* nested */ of the */ orders ORDER BY id

--: Odd spaces and a semicolon.
  SELECT
	id
FROM
  orders  ;  

--: Texts with quotes, dollars and escapes.
SELECT 'it''s', $$it's$$, $tag$a $$ b$tag$, E'a\tb\\c', U&'\0041', 'ünïcödé 🎻' FROM orders WHERE id = 1

--: Names that are words of SQL.
SELECT "order".id AS "select", "order".total AS "from" FROM orders AS "order" ORDER BY "order".id

--: Numbers of all kinds.
SELECT 1, -1, 1.5, .5, 1e3, 12345678901234567890, 0x1F, 1_000, b'101'

--: An insert.
INSERT INTO customers (tenant_id, id, name, email) VALUES ('acme', 50, 'New', 'new@acme.example')

--: An insert that does not name the tenant.
INSERT INTO customers (id, name, email) VALUES (50, 'New', 'new@acme.example')

--: An insert without names of columns.
INSERT INTO payments VALUES ('acme', 50, 1, 12.50, 'card', '2024-05-01')

--: An insert without names, and without the last columns.
INSERT INTO events VALUES ('acme', 50, 'login')

--: An insert of several rows.
INSERT INTO events (id, kind, took) VALUES (50, 'a', '1 hour'), (51, 'b', NULL), (52, 'c', DEFAULT)

--: An insert with parameters.
--$ [50, "New", "new@acme.example", 12.5]
INSERT INTO customers (id, name, email, credit) VALUES ($1, $2, $3, $4) RETURNING *

--: An insert with the tenant as a parameter.
--$ ["acme", 50, "login"]
INSERT INTO events (tenant_id, id, kind) VALUES ($1, $2, $3) RETURNING id, kind

--: An insert of documents and lists as parameters.
--$ [50, {"a": [1, 2]}, ["x", "y"]]
INSERT INTO documents (id, title, body, keywords) VALUES ($1, 'Doc', $2, $3) RETURNING body, keywords

--: An insert that gives back what was computed.
INSERT INTO orders (id, total) VALUES (50, 10) RETURNING id, total * 2 AS double, status

--: An insert of a query.
INSERT INTO events (id, kind) SELECT id + 100, 'order ' || status FROM orders WHERE status = 'paid'

--: An insert of a query with the tenant.
INSERT INTO events (tenant_id, id, kind) SELECT tenant_id, id + 100, status FROM orders

--: An insert of a UNION.
INSERT INTO events (id, kind) SELECT id + 100, status FROM orders UNION ALL SELECT id + 200, method FROM payments

--: An insert of a sorted query.
INSERT INTO events (id, kind) SELECT id + 100, status FROM orders ORDER BY 2, 1 LIMIT 3

--: An insert of groups.
INSERT INTO events (id, kind) SELECT 100 + count(*), status FROM orders GROUP BY status

--: An insert with WITH.
WITH paid AS (SELECT id FROM orders WHERE status = 'paid') INSERT INTO events (id, kind) SELECT id + 100, 'paid' FROM paid RETURNING id

--: An insert or nothing.
INSERT INTO customers (tenant_id, id, name, email) VALUES ('acme', 1, 'x', 'x@x') ON CONFLICT (tenant_id, id) DO NOTHING

--: An insert or nothing, whatever is in the way.
INSERT INTO customers (tenant_id, id, name, email) VALUES ('acme', 1, 'x', 'x@x'), ('acme', 60, 'y', 'y@y') ON CONFLICT DO NOTHING RETURNING id

--: An insert or an update.
INSERT INTO customers (tenant_id, id, name, email, credit) VALUES ('acme', 1, 'Changed', 'x@x', 5), ('acme', 60, 'y', 'y@y', 6) ON CONFLICT (tenant_id, id) DO UPDATE SET name = excluded.name, credit = customers.credit + excluded.credit RETURNING id, name, credit

--: An insert or an update under a condition.
INSERT INTO orders AS o (tenant_id, id, total) VALUES ('acme', 1, 5), ('acme', 2, 6) ON CONFLICT (tenant_id, id) DO UPDATE SET total = excluded.total WHERE o.status = 'paid' RETURNING o.id, o.total

--: An insert of defaults fails as it would alone.
INSERT INTO events DEFAULT VALUES

--: An insert that breaks a check.
INSERT INTO order_lines (order_id, line, sku, quantity, price) VALUES (1, 9, 'x', 0, 1)

--: An update.
UPDATE orders SET status = 'sent' WHERE id = 1

--: An update of several columns.
UPDATE orders SET status = 'sent', total = total + 1, note = DEFAULT WHERE status = 'paid' RETURNING id, total

--: An update with parameters.
--$ ["sent", 3]
UPDATE orders SET status = $1 WHERE id = $2 RETURNING *

--: An update of all.
UPDATE orders SET total = round(total * 1.1, 2)

--: An update from another table.
UPDATE orders o SET note = c.name FROM customers c WHERE c.id = o.customer_id RETURNING o.id, o.note, c.region

--: An update from a subquery.
UPDATE orders SET total = s.worth FROM (SELECT order_id, sum(quantity * price) AS worth FROM order_lines GROUP BY order_id) s WHERE s.order_id = orders.id RETURNING id, total

--: An update by a subquery for each row.
UPDATE customers SET credit = (SELECT COALESCE(sum(total), 0) FROM orders WHERE orders.customer_id = customers.id)

--: An update of two columns by one subquery.
UPDATE customers c SET (credit, name) = (SELECT count(*), max(o.status) FROM orders o WHERE o.customer_id = c.id) WHERE c.id < 4

--: An update where a subquery says so.
UPDATE orders SET status = 'late' WHERE id NOT IN (SELECT order_id FROM payments) AND EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = orders.id)

--: An update with WITH.
WITH late AS (SELECT id FROM orders WHERE placed_at < '2024-02-10') UPDATE orders SET status = 'late' FROM late WHERE late.id = orders.id RETURNING orders.id

--: An update of an element of a list and a part of a document.
UPDATE orders SET tags[1] = 'first' WHERE id < 3

--: An update of a document.
UPDATE documents SET body = jsonb_set(body, '{pages}', to_jsonb((body ->> 'pages')::int + 1)) RETURNING id, body

--: An update that gives old and new.
UPDATE orders SET total = total + 1 WHERE id = 2 RETURNING old.total AS before, new.total AS after, id

--: An update that gives old and new under other names.
UPDATE orders SET total = total + 1 WHERE id = 2 RETURNING WITH (OLD AS o, NEW AS n) o.total, n.total

--: An update of a table whose tenant column has another name.
UPDATE payments SET method = upper(method) WHERE amount > 30 RETURNING id, method

--: An update that breaks a reference.
UPDATE orders SET customer_id = 99 WHERE id = 1

--: A delete.
DELETE FROM payments WHERE id = 1

--: A delete with a parameter.
--$ ["cash"]
DELETE FROM payments WHERE method = $1 RETURNING *

--: A delete of all.
DELETE FROM order_lines

--: A delete by another table.
DELETE FROM order_lines USING orders o WHERE o.id = order_lines.order_id AND o.status = 'paid' RETURNING order_lines.order_id, line, o.status

--: A delete of doubles.
DELETE FROM order_lines a USING order_lines b WHERE a.order_id = b.order_id AND a.line < b.line

--: A delete where a subquery says so.
DELETE FROM payments WHERE order_id IN (SELECT id FROM orders WHERE total > 60)

--: A delete with WITH.
WITH old AS (SELECT id FROM events WHERE happened_on < '2024-03-05') DELETE FROM events e USING old WHERE old.id = e.id

--: A delete that references forbid.
DELETE FROM customers WHERE id = 2

--: A question with a mistake in a name.
SELECT idd FROM orders

--: A question with a mistake in a type.
SELECT id + 'x' FROM orders

--: A question that fails on a row of the tenant.
SELECT 1 / (id - 3) FROM orders

--: The same letters for other things at other places.
WITH a AS (SELECT c.name, c.id FROM customers c), b AS (SELECT c.code FROM countries c) SELECT e.id, x.n FROM events e, LATERAL (SELECT count(*) AS n FROM unnest(ARRAY[1, 2]) AS e) x, b, a WHERE a.id = e.id AND b.code = 'EU' ORDER BY e.id

--: An inner name that hides an outer one.
SELECT c.name, (SELECT count(c.status) FROM orders c WHERE c.total > 60) FROM customers c ORDER BY c.name

--: A join condition on names of the query around.
SELECT c.name, (SELECT count(*) FROM orders o JOIN order_lines l ON l.order_id = o.id AND o.customer_id = c.id) FROM customers c ORDER BY c.name

--: A LATERAL subquery under two others that looks at all of them.
SELECT c.id, y.s FROM customers c JOIN orders o ON o.customer_id = c.id CROSS JOIN LATERAL (SELECT sum(l.quantity) + c.id AS s FROM order_lines l WHERE l.order_id = o.id) y ORDER BY 1, 2

--: A function in FROM that looks at what stands left of it.
SELECT o.id, k.value FROM orders o, jsonb_array_elements_text(to_jsonb(o.tags)) AS k ORDER BY 1, 2
