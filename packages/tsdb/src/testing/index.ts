// For tests of other packages alone.

export { type HistogramSample, histogramSequence } from './histograms.ts';
