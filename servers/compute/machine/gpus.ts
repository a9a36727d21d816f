import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A graphics processor of this machine, as its driver tells it. */
export interface Gpu {
  readonly index: number;
  readonly name: string;
  /** Percent. */
  readonly utilization?: number;
  readonly memoryUsedMb?: number;
  readonly memoryTotalMb?: number;
  readonly temperatureCelsius?: number;
}

const QUERY = "index,name,utilization.gpu,memory.used,memory.total,temperature.gpu";
const LIMIT_MS = 5_000;
const GPUS_MAX = 64;
const AMD = "0x1002";

export interface Asking {
  /** The command to ask; where there is none, there is no such processor. */
  readonly nvidiaSmi: string;
  readonly signal: AbortSignal;
  readonly limitMs?: number;
  readonly drm?: string;
}

export async function findGpus(asking: Asking): Promise<readonly Gpu[]> {
  const nvidia = await nvidiaGpus(asking);
  const amd = amdGpus(asking.drm ?? "/sys/class/drm").map((gpu, place) => ({ ...gpu, index: nvidia.length + place }));
  return [...nvidia, ...amd].slice(0, GPUS_MAX);
}

async function nvidiaGpus({ nvidiaSmi, signal, limitMs = LIMIT_MS }: Asking): Promise<readonly Gpu[]> {
  const text = await new Promise<string>((resolve) => {
    // With the signal, the command of a driver that hangs does not stay behind when the server ends.
    const options = { signal, timeout: limitMs, killSignal: "SIGKILL", maxBuffer: 65_536, windowsHide: true } as const;
    // No shell. Whatever goes wrong, there is nobody who could tell of a processor.
    execFile(nvidiaSmi, [`--query-gpu=${QUERY}`, "--format=csv,noheader,nounits"], options, (error, out) => resolve(error ? "" : out));
  });
  return text.split("\n").flatMap((line) => {
    const [index = "", name = "", ...figures] = line.split(",").map((cell) => cell.trim());
    if (!/^\d{1,3}$/.test(index) || name === "" || figures.length !== 4) return [];
    const [utilization, used, total, temperature] = figures.map(figure);
    return [gpuOf({ index: Number(index), name: name.slice(0, 100), utilization, used, total, temperature })];
  });
}

/** What the driver of AMD says in files. */
function amdGpus(drm: string): readonly Gpu[] {
  const cards = listed(drm).filter((name) => /^card\d+$/.test(name));
  return cards.toSorted().flatMap((card) => {
    const device = join(drm, card, "device");
    const read = (file: string): number | undefined => figure(text(join(device, file)));
    const total = read("mem_info_vram_total");
    if (text(join(device, "vendor")) !== AMD || total === undefined) return [];
    const used = read("mem_info_vram_used");
    return [
      gpuOf({
        index: 0,
        name: text(join(device, "product_name")) || `AMD ${card}`,
        utilization: read("gpu_busy_percent"),
        ...inMb({ used, total }),
      }),
    ];
  });
}

function inMb({ used, total }: { readonly used: number | undefined; readonly total: number }): Pick<Figures, "used" | "total"> {
  return { used: used === undefined ? undefined : Math.round(used / 2 ** 20), total: Math.round(total / 2 ** 20) };
}

interface Figures {
  readonly index: number;
  readonly name: string;
  readonly utilization?: number | undefined;
  readonly used?: number | undefined;
  readonly total?: number | undefined;
  readonly temperature?: number | undefined;
}

function gpuOf({ index, name, utilization, used, total, temperature }: Figures): Gpu {
  return {
    index,
    name,
    ...(utilization === undefined ? {} : { utilization }),
    ...(used === undefined ? {} : { memoryUsedMb: used }),
    ...(total === undefined ? {} : { memoryTotalMb: total }),
    ...(temperature === undefined ? {} : { temperatureCelsius: temperature }),
  };
}

function figure(cell: string): number | undefined {
  return /^\d{1,15}(\.\d+)?$/.test(cell) ? Number(cell) : undefined;
}

function text(path: string): string {
  try {
    return readFileSync(path, "utf8").trim().slice(0, 100);
  } catch {
    return "";
  }
}

function listed(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
