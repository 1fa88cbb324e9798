import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { SpanStatusCode } from '@opentelemetry/api';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { NoWork, temporaryDirectory } from './rig.mjs';

/** The same calls, each in a span with the attributes an activity has, in batches of lines to a file. */
export function openSpans() {
  const file = openSync(join(temporaryDirectory(), 'spans.ndjson'), 'a');
  let written = 0;
  const exporter = {
    export(spans, done) {
      let lines = '';
      for (const span of spans) lines += `${JSON.stringify(toLine(span))}\n`;
      writeSync(file, lines);
      written += spans.length;
      done({ code: 0 });
    },
    shutdown: async () => {},
    forceFlush: async () => {},
  };
  const processor = new BatchSpanProcessor(exporter, { maxQueueSize: 8_192, maxExportBatchSize: 512 });
  const provider = new BasicTracerProvider({ spanProcessors: [processor] });
  const tracer = provider.getTracer('bench');
  const system = new NoWork();
  const attributes = { 'code.namespace': 'code_search', 'code.function': 'find' };
  const end = (span, result) => {
    span.setAttribute('result', JSON.stringify(result));
    span.setStatus({ code: SpanStatusCode.OK });
    span.end();
    return result;
  };
  return {
    capability: {
      find: () => {
        const span = tracer.startSpan('code_search.find', { attributes });
        return end(span, system.find());
      },
      findLater: async () => {
        const span = tracer.startSpan('code_search.findLater', { attributes });
        return end(span, await system.findLater());
      },
    },
    flush: () => processor.forceFlush(),
    written: () => written,
  };
}

function toLine(span) {
  const { traceId, spanId } = span.spanContext();
  const { name, startTime, duration, attributes, status } = span;
  return { name, traceId, spanId, startTime, duration, attributes, status };
}
