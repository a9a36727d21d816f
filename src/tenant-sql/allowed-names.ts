/**
 * What a statement may use of PostgreSQL's own functions, operators and types: those that only compute their result
 * from their arguments. Whatever reads or changes anything else (settings, catalogs, files, sequences, other
 * statements given as text, the random generator, locks, the clock while the statement runs) is not here.
 */
function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}

export const FUNCTIONS: ReadonlySet<string> = words(`
  count sum avg min max any_value bool_and bool_or every bit_and bit_or bit_xor string_agg array_agg json_agg jsonb_agg
  json_object_agg jsonb_object_agg json_agg_strict jsonb_agg_strict json_object_agg_strict jsonb_object_agg_strict
  json_object_agg_unique jsonb_object_agg_unique corr covar_pop covar_samp regr_avgx regr_avgy regr_count regr_intercept
  regr_r2 regr_slope regr_sxx regr_sxy regr_syy stddev stddev_pop stddev_samp variance var_pop var_samp
  mode percentile_cont percentile_disc range_agg range_intersect_agg
  row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value

  lower upper initcap length char_length character_length octet_length bit_length btrim ltrim rtrim substr substring left
  right concat concat_ws replace translate reverse position strpos split_part starts_with overlay lpad rpad repeat
  ascii chr md5 sha224 sha256 sha384 sha512 encode decode to_hex to_bin to_oct quote_literal quote_ident quote_nullable
  format to_char to_number to_date to_timestamp like_escape similar_to_escape casefold
  regexp_match regexp_matches regexp_replace regexp_split_to_array regexp_split_to_table regexp_like regexp_count
  regexp_instr regexp_substr string_to_array string_to_table array_to_string normalize is_normalized unistr
  convert_from convert_to crc32 crc32c bit_count get_bit get_byte set_bit set_byte

  abs ceil ceiling floor round trunc sign sqrt cbrt exp ln log log10 power mod div gcd lcm degrees radians pi
  sin cos tan cot asin acos atan atan2 sinh cosh tanh asinh acosh atanh erf erfc scale min_scale trim_scale
  width_bucket num_nulls num_nonnulls

  now transaction_timestamp date_part date_trunc date_bin extract age make_date make_time make_timestamp
  make_timestamptz make_interval justify_days justify_hours justify_interval isfinite timezone date_add
  date_subtract overlaps

  to_json to_jsonb row_to_json array_to_json json_build_object json_build_array jsonb_build_object jsonb_build_array
  json_object jsonb_object json_array_length jsonb_array_length json_typeof jsonb_typeof json_extract_path
  jsonb_extract_path json_extract_path_text jsonb_extract_path_text json_each jsonb_each json_each_text
  jsonb_each_text json_array_elements jsonb_array_elements json_array_elements_text jsonb_array_elements_text
  json_object_keys jsonb_object_keys jsonb_set jsonb_set_lax jsonb_insert json_strip_nulls jsonb_strip_nulls jsonb_pretty
  jsonb_to_record json_to_record jsonb_to_recordset json_to_recordset jsonb_path_exists jsonb_path_match
  jsonb_path_query jsonb_path_query_array jsonb_path_query_first jsonb_contains jsonb_exists

  array_length array_lower array_upper array_ndims array_dims cardinality array_append array_prepend array_cat
  array_remove array_replace array_position array_positions array_sort array_reverse trim_array unnest
  generate_series generate_subscripts

  to_tsvector to_tsquery plainto_tsquery phraseto_tsquery websearch_to_tsquery ts_rank ts_rank_cd ts_headline
  setweight strip numnode querytree tsvector_to_array array_to_tsvector

  int4range int8range numrange tsrange tstzrange daterange lower_inc upper_inc lower_inf upper_inf isempty range_merge
  multirange gen_random_uuid uuidv4 uuid_extract_timestamp uuid_extract_version
  host family masklen netmask network broadcast abbrev set_masklen inet_same_family
  date text
`);

export const OPERATORS: ReadonlySet<string> = words(`
  = <> != < > <= >= + - * / % ^ |/ ||/ @ & | # ~ << >> ||
  ~~ !~~ ~~* !~~* ~* !~ !~* ^@ -> ->> #> #>> @> <@ ? ?| ?& @? @@ #- && -|- &< &> <<= >>= !!
`);

export const TYPES: ReadonlySet<string> = words(`
  int2 int4 int8 float4 float8 numeric bool text varchar bpchar bytea bit varbit uuid
  date time timetz timestamp timestamptz interval json jsonb jsonpath inet cidr macaddr macaddr8 tsvector tsquery
  int4range int8range numrange tsrange tstzrange daterange
  int4multirange int8multirange nummultirange tsmultirange tstzmultirange datemultirange
`);

/** Columns that every table has beside its own; they tell where a row lies and who wrote it last. */
export const SYSTEM_COLUMNS: ReadonlySet<string> = words("ctid xmin xmax cmin cmax tableoid oid");

/** Names of results of functions that give several columns. */
export const FUNCTION_RESULTS: ReadonlySet<string> = words("key value ordinality f1 f2 f3 f4 f5 f6 f7 f8 f9");
