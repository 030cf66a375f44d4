//! The arguments after a function's name: `--name value`, `--name=value`, dashes and underscores alike.

use super::function::{Function, Kind};
use super::{dashed, underscored};
use crate::scenario::overlay::nearest;
use std::path::PathBuf;

/// What was asked of a function.
#[derive(Debug, Default)]
pub struct Asked {
    /// Values by input.
    values: Vec<(&'static str, String)>,
    /// A CSV file of cases; `-` is stdin.
    pub input: Option<PathBuf>,
    /// Results as JSON.
    pub json: bool,
    /// Only to be told what the function is.
    pub help: bool,
}

impl Asked {
    /// Reads the arguments; a value may be negative.
    pub fn read(function: &Function, arguments: &[String]) -> Result<Self, String> {
        let mut asked = Self::default();
        let mut rest = arguments.iter().peekable();
        while let Some(argument) = rest.next() {
            let Some(option) = argument.strip_prefix("--") else {
                if argument == "-h" {
                    asked.help = true;
                    continue;
                }
                return Err(format!("calc {}: `{argument}` belongs to no input; write --name value", function.name));
            };
            let (name, mut values) = match option.split_once('=') {
                Some((name, value)) => (name, vec![value.to_owned()]),
                None => (option, Vec::new()),
            };
            while let Some(value) = rest.next_if(|next| !next.starts_with("--")) {
                values.push(value.clone());
            }
            asked.take(function, &underscored(name), &values)?;
        }
        Ok(asked)
    }

    fn take(&mut self, function: &Function, name: &str, values: &[String]) -> Result<(), String> {
        let told = |what: String| Err(format!("calc {}: {what}", function.name));
        match (name, values) {
            ("json", []) => self.json = true,
            ("help", []) => self.help = true,
            ("json" | "help", _) => return told(format!("--{name} takes no value")),
            ("input", [path]) => self.input = Some(PathBuf::from(path)),
            ("input", _) => return told("--input takes one file".into()),
            _ => {
                let Some(input) = function.inputs.iter().find(|i| i.name == name) else {
                    let near = nearest(name, function.inputs.iter().map(|i| i.name));
                    let near = near.map(|n| format!("did you mean --{}? ", dashed(n))).unwrap_or_default();
                    let all: Vec<String> = function.inputs.iter().map(|i| format!("--{}", dashed(i.name))).collect();
                    return told(format!("no input --{}; {near}It takes {}", dashed(name), all.join(", ")));
                };
                if self.given(input.name).is_some() {
                    return told(format!("--{} is given twice", dashed(name)));
                }
                let many = matches!(input.kind, Kind::List | Kind::Text);
                if values.is_empty() || values.len() > 1 && !many {
                    return told(format!("--{} takes one value: {}", dashed(name), input.about()));
                }
                self.values.push((input.name, values.join(" ")));
            }
        }
        Ok(())
    }

    /// The text given for an input.
    pub fn given(&self, input: &str) -> Option<&str> {
        self.values.iter().find(|(n, _)| *n == input).map(|(_, v)| v.as_str())
    }
    /// The inputs that were given.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.values.iter().map(|(n, _)| *n)
    }
}
