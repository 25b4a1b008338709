//! Refusals read.
