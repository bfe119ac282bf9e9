//! Builds what is measured, each as it would be deployed.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Failure, repository};

/// Where everything is that is measured.
#[derive(Debug)]
pub(crate) struct Artefacts {
    /// The gateway's program.
    pub(crate) gateway: PathBuf,
    /// The program of the function that reads the queue.
    pub(crate) notifications: PathBuf,
    /// What answers a constant.
    pub(crate) floor: PathBuf,
    /// The SDK's calls and nothing else.
    pub(crate) bare_calls: PathBuf,
    pub(crate) node: PathBuf,
    pub(crate) node_bundle: PathBuf,
    pub(crate) python: PathBuf,
    pub(crate) python_sources: PathBuf,
    /// boto3 and what it needs.
    pub(crate) python_packages: PathBuf,
}

/// Programs of the stack's functions that are built already, such as those of `sam build`.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Built {
    /// The gateway's program; built here if absent.
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) gateway: Option<PathBuf>,
    /// The program of the function that reads the queue; built here if absent.
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) notifications: Option<PathBuf>,
    /// Where cargo-lambda has put the benchmark's own programs in Rust, each as NAME/bootstrap; built here if absent.
    #[arg(long, value_name = "FOLDER", global = true)]
    pub(crate) peers: Option<PathBuf>,
}

impl Built {
    /// One of the benchmark's own programs.
    fn peer(&self, name: &str, profile: &str) -> Result<PathBuf, Failure> {
        match &self.peers {
            Some(folder) => Ok(std::path::absolute(folder.join(name).join("bootstrap"))?),
            None => Ok(folder_of(profile).join(name)),
        }
    }
}

impl Artefacts {
    /// Only what is needed to measure the stack's functions alone: those that are `built`, or those that are built here.
    pub(crate) fn functions_alone(built: &Built, profile: &str) -> Result<Self, Failure> {
        let program = |built: &Option<PathBuf>, name: &str| -> Result<PathBuf, Failure> {
            if let Some(built) = built {
                return Ok(std::path::absolute(built)?);
            }
            // By package: built together, the packages of a workspace would get each other's features.
            let build = ["build", "--profile", profile, "--package", "meeting-gateway", "--bin", name];
            run(&repository(), "cargo", &build)?;
            Ok(folder_of(profile).join(name))
        };
        let gateway = program(&built.gateway, "gateway")?;
        let notifications = program(&built.notifications, "notifications")?;
        let (floor, bare_calls) = (built.peer("floor", profile)?, built.peer("bare-calls", profile)?);
        Ok(Artefacts { gateway, notifications, floor, bare_calls, ..Self::unbuilt() })
    }

    fn unbuilt() -> Self {
        let sources = repository().join("benches");
        Artefacts {
            gateway: PathBuf::new(),
            notifications: PathBuf::new(),
            floor: PathBuf::new(),
            bare_calls: PathBuf::new(),
            node: PathBuf::new(),
            node_bundle: sources.join("node/build/runtime.mjs"),
            python: PathBuf::new(),
            python_sources: sources.join("python"),
            python_packages: sources.join("python/packages"),
        }
    }

    /// The gateway with the release profile changed, in a folder of its own.
    pub(crate) fn build_variant(changes: &[&str], target: &Path) -> Result<Self, Failure> {
        let changes: Vec<String> = changes.iter().map(|change| format!("profile.release.{change}")).collect();
        let target_folder = target.to_string_lossy();
        let mut arguments = vec!["build", "--release", "--package", "meeting-gateway", "--bin", "gateway"];
        arguments.extend(["--target-dir", &target_folder]);
        arguments.extend(changes.iter().flat_map(|change| ["--config", change]));
        run(&repository(), "cargo", &arguments)?;
        Ok(Artefacts { gateway: target.join("release/gateway"), ..Self::unbuilt() })
    }

    /// Everything.
    pub(crate) fn build_all(built: &Built, profile: &str) -> Result<Self, Failure> {
        let mut artefacts = Self::functions_alone(built, profile)?.with_peers(built, profile)?;

        let node = repository().join("benches/node");
        if !node.join("node_modules").is_dir() {
            run(&node, "npm", &["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])?;
        }
        run(&node, "npm", &["run", "--silent", "build", "--", "--log-level=warning"])?;
        artefacts.node = asked(&node, "node", &["-p", "process.execPath"])?.into();

        // The interpreter itself and not what stands for it on PATH: a shell script would be measured as well.
        let folder = &artefacts.python_sources;
        let python =
            asked(folder, "python3", &["-c", "import os, sys; print(os.path.realpath(sys.executable))"])?;
        if !artefacts.python_packages.is_dir() {
            let target = artefacts.python_packages.to_string_lossy();
            let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"];
            let what = ["--target", &target, "--requirement", "requirements.txt"];
            run(folder, &python, &[install.as_slice(), &what].concat())?;
        }
        artefacts.python = python.into();
        Ok(artefacts)
    }

    /// Builds the other programs in Rust: the budget's references.
    pub(crate) fn with_peers(self, built: &Built, profile: &str) -> Result<Self, Failure> {
        if built.peers.is_none() {
            run(&repository(), "cargo", &["build", "--profile", profile, "--package", "benchmark-peers"])?;
        }
        Ok(self)
    }

    /// What versions the peers run on.
    pub(crate) fn versions(&self) -> Result<String, Failure> {
        let here = repository();
        let node = asked(&here, &self.node.to_string_lossy(), &["--version"])?;
        let python = asked(&here, &self.python.to_string_lossy(), &["--version"])?;
        let rust = compiler()?;
        Ok(format!("{rust}; Node.js {node}; {python}"))
    }
}

/// The program that writes the log line of a request alone.
pub(crate) fn request_line(built: &Built, profile: &str) -> Result<PathBuf, Failure> {
    if built.peers.is_none() {
        run(&repository(), "cargo", &["build", "--profile", profile, "--package", "benchmark-request-line"])?;
    }
    built.peer("request-line", profile)
}

/// The compiler, as `rustc --version` names it.
pub(crate) fn compiler() -> Result<String, Failure> {
    asked(&repository(), "rustc", &["--version"])
}

/// Where the programs of a profile are.
fn folder_of(profile: &str) -> PathBuf {
    target_folder().join(if profile == "dev" { "debug" } else { profile })
}

fn target_folder() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| repository().join("target"), PathBuf::from)
}

fn run(folder: &Path, program: &str, arguments: &[&str]) -> Result<(), Failure> {
    eprintln!("$ {program} {}", arguments.join(" "));
    let status = Command::new(program).args(arguments).current_dir(folder).status();
    let status = status.map_err(|error| format!("{program} can't be run: {error}"))?;
    status.success().then_some(()).ok_or_else(|| format!("{program} failed").into())
}

/// What a program prints.
pub(crate) fn asked(folder: &Path, program: &str, arguments: &[&str]) -> Result<String, Failure> {
    let output = Command::new(program).args(arguments).current_dir(folder).output();
    let output = output.map_err(|error| format!("{program} can't be run: {error}"))?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
