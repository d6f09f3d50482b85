//! The software model of Trainium.
