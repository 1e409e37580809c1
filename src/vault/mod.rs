//! Keys (and later sealed files): what must stay secret on disk.

pub mod keys;
