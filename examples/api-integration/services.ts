import type { IncomingHttpHeaders } from "node:http";

export const API_NAMES = ["geocoding", "weather", "currency"] as const;
export type ApiName = (typeof API_NAMES)[number];

export interface Asked {
  readonly pathname: string;
  readonly searchParams: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** What the services want to see, by the variables of the gateway that hold it. Nothing of it opens anything else. */
export const CREDENTIALS: Readonly<Record<string, string>> = {
  GEOCODING_USER: "travel-desk",
  GEOCODING_PASSWORD: "map-of-the-world",
  WEATHER_API_KEY: "key-for-the-weather",
  CURRENCY_CLIENT: "travel-desk",
  CURRENCY_SECRET: "exchange-of-the-day",
};

const TOKEN = "token-of-the-exchange";
const OBSERVED_AT = "2026-09-14T06:00:00Z";

interface City {
  readonly name: string;
  readonly country: string;
  readonly lat: number;
  readonly lng: number;
  readonly celsius: number;
  readonly humidity: number;
  readonly wind: number;
  readonly condition: string;
}

const CITIES: readonly City[] = [
  { name: "Lisbon", country: "PT", lat: 38.7101, lng: -9.1436, celsius: 23.4, humidity: 61, wind: 4.1, condition: "clear" },
  { name: "London", country: "GB", lat: 51.5136, lng: -0.0989, celsius: 15.2, humidity: 78, wind: 6.3, condition: "light rain" },
  { name: "New York", country: "US", lat: 40.7537, lng: -73.9832, celsius: 21.8, humidity: 55, wind: 3.2, condition: "few clouds" },
  { name: "Tokyo", country: "JP", lat: 35.6717, lng: 139.765, celsius: 27.9, humidity: 72, wind: 2.4, condition: "clouds" },
  { name: "Zurich", country: "CH", lat: 47.3717, lng: 8.5386, celsius: 17.1, humidity: 66, wind: 1.8, condition: "fog" },
  { name: "Stockholm", country: "SE", lat: 59.3326, lng: 18.0649, celsius: 12.6, humidity: 70, wind: 5.5, condition: "clear" },
];

const RATES: Readonly<Record<string, number>> = { GBP: 0.8463, USD: 1.1127, JPY: 163.42, CHF: 0.9415, SEK: 11.368 };

/** What a service answers when nothing goes wrong. */
export function serviceAnswer(name: ApiName, asked: Asked): Answer {
  switch (name) {
    case "geocoding":
      return geocoding(asked);
    case "weather":
      return weather(asked);
    case "currency":
      return currency(asked);
  }
}

function geocoding({ pathname, searchParams, headers }: Asked): Answer {
  if (headers.authorization !== basic("GEOCODING_USER", "GEOCODING_PASSWORD")) return DENIED;
  if (pathname !== "/v1/geocode") return MISSING;
  const address = searchParams.get("address") ?? "";
  const found = CITIES.filter(({ name }) => address.toLowerCase().includes(name.toLowerCase()));
  const results = found.map(({ name, country, lat, lng }) => ({
    formatted: address,
    components: { city: name, country_code: country },
    position: { lat, lng },
    // A street with a number is sure, a city alone is not.
    confidence: /\d/.test(address) ? 0.97 : 0.4,
  }));
  return { status: 200, body: { results } };
}

function weather({ pathname, searchParams, headers }: Asked): Answer {
  if (headers["x-api-key"] !== CREDENTIALS["WEATHER_API_KEY"]) return DENIED;
  const city = CITIES.find(({ name }) => name === searchParams.get("location"));
  if (pathname !== "/v1/current" || city === undefined) return MISSING;
  const imperial = searchParams.get("units") === "imperial";
  const temperature = imperial ? city.celsius * 1.8 + 32 : city.celsius;
  return {
    status: 200,
    body: {
      location: { name: city.name, country: city.country },
      current: { temperature: temperature.toFixed(1), humidity: city.humidity, wind: { speed: city.wind }, condition: city.condition },
      observed_at: OBSERVED_AT,
    },
  };
}

function currency({ pathname, searchParams, headers }: Asked): Answer {
  if (pathname === "/token") {
    if (headers.authorization !== basic("CURRENCY_CLIENT", "CURRENCY_SECRET")) return DENIED;
    return { status: 200, body: { access_token: TOKEN, token_type: "Bearer", expires_in: 3_600 } };
  }
  if (headers.authorization !== `Bearer ${TOKEN}`) return DENIED;
  const target = searchParams.get("target") ?? "";
  const rate = RATES[target];
  if (pathname !== "/v1/rates/EUR" || rate === undefined) return MISSING;
  return { status: 200, body: { base: "EUR", date: OBSERVED_AT.slice(0, 10), rates: { [target]: rate } } };
}

const DENIED: Answer = { status: 401, body: { message: "who are you?" } };
const MISSING: Answer = { status: 404, body: { message: "there is nothing of that name" } };

function basic(user: string, password: string): string {
  return `Basic ${btoa(`${CREDENTIALS[user]}:${CREDENTIALS[password]}`)}`;
}
