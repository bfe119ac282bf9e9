//! The meeting gateway: HTTPS requests in, Amazon Chime SDK meetings out, under each tenant's policy.

pub mod auth;
pub mod chime;
pub mod config;
pub mod finding;
pub mod http;
pub mod json;
pub mod meeting;
pub mod policy;
