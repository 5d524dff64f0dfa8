//! stationary
