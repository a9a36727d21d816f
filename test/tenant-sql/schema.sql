-- A shop with three tenants. Keys contain the tenant, as docs/security.md advises.
CREATE TABLE countries (code text PRIMARY KEY, name text NOT NULL, continent text NOT NULL);
CREATE TABLE customers (
  tenant_id text NOT NULL, id int NOT NULL, name text NOT NULL, email text NOT NULL, region text REFERENCES countries,
  credit numeric(10, 2) NOT NULL DEFAULT 0, PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, email)
);
CREATE TABLE orders (
  tenant_id text NOT NULL, id int NOT NULL, customer_id int, status text NOT NULL DEFAULT 'open', total numeric(10, 2) NOT NULL DEFAULT 0,
  note text, placed_at timestamptz NOT NULL DEFAULT '2024-01-01T00:00:00Z', tags text[] NOT NULL DEFAULT '{}',
  PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id)
);
CREATE TABLE order_lines (
  tenant_id text NOT NULL, order_id int NOT NULL, line int NOT NULL, sku text NOT NULL, quantity int NOT NULL CHECK (quantity > 0),
  price numeric(10, 2) NOT NULL, PRIMARY KEY (tenant_id, order_id, line), FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, id)
);
CREATE TABLE payments (
  account varchar(40) NOT NULL, id int NOT NULL, order_id int, amount numeric(10, 2) NOT NULL, method text NOT NULL, paid_on date,
  PRIMARY KEY (account, id)
);
CREATE TABLE documents (
  tenant_id text NOT NULL, id int NOT NULL, title text NOT NULL, body jsonb NOT NULL DEFAULT '{}', keywords text[], PRIMARY KEY (tenant_id, id)
);
CREATE TABLE events (
  tenant_id text NOT NULL, id int NOT NULL, kind text NOT NULL, happened_on date NOT NULL DEFAULT '2024-03-01', took interval,
  payload json, PRIMARY KEY (tenant_id, id)
);
CREATE TABLE raw_visits (owner text NOT NULL, id int NOT NULL, n int NOT NULL);
-- To find the tenant here is more work than what a caller may ask, so that the database would like to do it last.
CREATE VIEW visits AS SELECT lower(btrim(owner)) AS tenant_id, id, n FROM raw_visits;
CREATE TABLE api_keys (owner text PRIMARY KEY, key text NOT NULL);
CREATE SCHEMA private;
CREATE TABLE private.ledger (owner text, amount numeric);
CREATE FUNCTION private.reveal(int) RETURNS text LANGUAGE sql AS 'SELECT string_agg(key, '','') FROM api_keys';
CREATE FUNCTION reveal_all() RETURNS text LANGUAGE sql AS 'SELECT string_agg(note, '','') FROM orders';

INSERT INTO countries VALUES ('EU', 'Europe', 'Europe'), ('US', 'United States', 'America'), ('JP', 'Japan', 'Asia'), ('BR', 'Brazil', 'America'), ('KE', 'Kenya', 'Africa');

-- The tenant of the tests. Its texts are numbers and its totals are never 777: a condition that fails met a row of another.
INSERT INTO customers SELECT 'acme', n, 'Customer ' || n, 'c' || n || '@acme.example', (ARRAY['EU', 'US', 'JP'])[1 + n % 3], n * 10 FROM generate_series(1, 5) n;
INSERT INTO customers VALUES ('acme', 6, 'Nobody', 'nobody@acme.example', NULL, 0);
INSERT INTO orders SELECT 'acme', n, CASE WHEN n < 7 THEN 1 + n % 5 END, (ARRAY['open', 'paid', 'sent'])[1 + n % 3], n * 25.50, n::text,
  timestamptz '2024-01-10T08:00:00Z' + n * interval '9 days', CASE WHEN n % 2 = 0 THEN ARRAY['gift', 'tag' || n] ELSE ARRAY['tag' || n] END FROM generate_series(1, 7) n;
INSERT INTO order_lines SELECT 'acme', o, l, 'SKU-' || l, o + l, 2.50 * l FROM generate_series(1, 5) o, generate_series(1, 3) l WHERE l <= 1 + o % 3;
INSERT INTO payments SELECT 'acme', n, n, n * 25.50, (ARRAY['card', 'cash'])[1 + n % 2], date '2024-02-01' + n FROM generate_series(1, 4) n;
INSERT INTO documents SELECT 'acme', n, 'Report ' || n, jsonb_build_object('pages', n * 3, 'owner', 'acme', 'parts', jsonb_build_array(n, n + 1), 'author', jsonb_build_object('name', 'Ann ' || n)), ARRAY['report', 'k' || n] FROM generate_series(1, 4) n;
INSERT INTO events SELECT 'acme', n, (ARRAY['login', 'order', 'logout'])[1 + n % 3], date '2024-03-01' + n, n * interval '10 minutes', json_build_object('n', n) FROM generate_series(1, 8) n;

-- The others have rows with the same keys, more of them, and traps.
INSERT INTO customers SELECT t, n, t || ' customer ' || n, 'c' || n || '@' || t || '.example', (ARRAY['BR', 'KE', 'EU'])[1 + n % 3], n * 1000 FROM unnest(ARRAY['globex', 'initech']) t, generate_series(1, 9) n;
UPDATE customers SET email = 'only-globex@example.org' WHERE tenant_id = 'globex' AND id = 9;
INSERT INTO orders SELECT t, n, n, (ARRAY['open', 'paid', 'lost'])[1 + n % 3], 777, t || ' note ' || n, timestamptz '2020-01-01T00:00:00Z' + n * interval '1 day', ARRAY[t] FROM unnest(ARRAY['globex', 'initech']) t, generate_series(1, 9) n;
INSERT INTO order_lines SELECT t, o, l, t || '-' || l, 100 * l, 99 FROM unnest(ARRAY['globex', 'initech']) t, generate_series(1, 9) o, generate_series(1, 2) l;
INSERT INTO payments SELECT t, n, n, 777, 'wire', date '2020-01-01' FROM unnest(ARRAY['globex', 'initech']) t, generate_series(1, 6) n;
INSERT INTO documents SELECT t, n, t || ' plan ' || n, jsonb_build_object('pages', 'many', 'owner', t, t, true), ARRAY[t] FROM unnest(ARRAY['globex', 'initech']) t, generate_series(1, 6) n;
INSERT INTO events SELECT t, n, t, date '2020-01-01', interval '1 second', '{}' FROM unnest(ARRAY['globex', 'initech']) t, generate_series(1, 12) n;
INSERT INTO raw_visits SELECT t, n, CASE WHEN t = 'acme' THEN n ELSE 777 END FROM unnest(ARRAY['acme', 'globex', 'initech']) t, generate_series(1, 5) n;
INSERT INTO api_keys VALUES ('acme', 'key-of-acme'), ('globex', 'key-of-globex');
