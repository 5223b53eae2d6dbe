import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { AppError } from '../../../domain/errors.ts';
import type { FaceModels, Network, NetworkSource, Tensor } from '../../../domain/ports/face-models.ts';

export type OnnxRuntimeOptions = {
  /** Threads that one run uses; 1 is right where several pictures are analysed at the same time. */
  readonly threads: number;
};

/**
 * Runs networks with onnxruntime-node on the CPU. A run blocks the calling thread in spite of its promise: call from
 * a worker thread.
 */
export function openOnnxRuntime({ threads }: OnnxRuntimeOptions): FaceModels {
  return { load: (source) => loadNetwork(source, threads) };
}

async function loadNetwork(source: NetworkSource, threads: number): Promise<Network> {
  const session = await createSession(source, threads);
  const inputName = session.inputNames[0];
  if (session.inputNames.length !== 1 || inputName === undefined) {
    await session.release();
    throw new AppError(
      'model-missing',
      `Network ${source.id} has ${session.inputNames.length} inputs instead of one`,
    );
  }
  return {
    id: source.id,
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    run: (input) => runSession(session, inputName, input),
    [Symbol.asyncDispose]: () => session.release(),
  };
}

async function createSession({ id, onnx }: NetworkSource, threads: number): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(onnx, {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      // An arena keeps what the largest batch ever took; without it a run is as fast and the memory goes back.
      enableCpuMemArena: false,
      // Threads that spin while they wait take the core from the next picture.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
      logSeverityLevel: 4,
    });
  } catch (cause) {
    throw new AppError('model-missing', `Network ${id} is no ONNX file that can be run here`, { cause });
  }
}

async function runSession(
  session: InferenceSession,
  inputName: string,
  input: Tensor,
): Promise<Map<string, Tensor>> {
  const outputs = await runOrRefuse(session, { [inputName]: toOrtTensor(input) });
  const answer = new Map<string, Tensor>();
  for (const [name, output] of Object.entries(outputs)) {
    if (!(output.data instanceof Float32Array)) {
      throw new AppError('model-missing', `Output ${name} is ${output.type} instead of float32`);
    }
    answer.set(name, { data: output.data, dims: output.dims });
  }
  return answer;
}

async function runOrRefuse(
  session: InferenceSession,
  feeds: InferenceSession.FeedsType,
): Promise<InferenceSession.ReturnType> {
  try {
    return await session.run(feeds);
  } catch (cause) {
    throw new AppError('bad-input', 'The tensor does not fit the network', { cause });
  }
}

function toOrtTensor({ data, dims }: Tensor): OrtTensor {
  const values = dims.reduce((product, dim) => product * dim, 1);
  if (values !== data.length) {
    throw new AppError(
      'bad-input',
      `A tensor of ${dims.join(' × ')} has ${values} values, not ${data.length}`,
    );
  }
  return new OrtTensor('float32', data, dims);
}
