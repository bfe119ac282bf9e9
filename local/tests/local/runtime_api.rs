//! The Runtime API stand-in, with shell scripts for functions.

use std::collections::BTreeSet;
use std::time::Duration;

use local::runtime_api::{Function, Outcome, Pool, RuntimeApi};

use crate::exchange::exchange;

const LIMIT: Duration = Duration::from_secs(20);

/// Takes events with curl for as long as it runs; what it does with each is the script's `answer` function.
const LOOP: &str = r#"
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
while true; do
  event=$(/usr/bin/curl -sS -D /dev/stderr "$api/invocation/next" 2>"$HEADERS") || exit 0
  id=$(/bin/sed -n 's/^lambda-runtime-aws-request-id: *\([0-9a-f-]*\).*/\1/ip' "$HEADERS")
  answer
done
"#;

fn script(answer: &str, headers: &std::path::Path) -> Function {
    let mut function = Function::new("/bin/sh")
        .with_argument("-c")
        .with_argument(&format!("answer() {{\n{answer}\n}}\n{LOOP}"))
        .with_environment("HEADERS", headers.to_str().unwrap());
    function.memory_size = 128;
    function
}

fn scratch(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("runtime-api-{name}"))
}

#[tokio::test]
async fn a_function_gets_events_one_after_the_other_and_answers_each() {
    let answer = r#"/bin/cat "$HEADERS"; /usr/bin/curl -sS -d "{\"got\":$event}" "$api/invocation/$id/response" >/dev/null; echo "logged $event""#;
    let function = RuntimeApi::start(&script(answer, &scratch("answers"))).unwrap();
    for number in ["1", "2"] {
        let outcome = function.invoke(number, LIMIT).await;
        assert_eq!(outcome, Outcome::Response(format!("{{\"got\":{number}}}").into()));
    }
    let logs = function.logs_with("logged 2", LIMIT).await.unwrap();
    assert!(function.init_time().unwrap() < LIMIT);
    for name in ["aws-request-id", "deadline-ms", "invoked-function-arn", "trace-id"] {
        assert!(logs.contains(&format!("lambda-runtime-{name}: ")), "{logs}");
    }
}

#[tokio::test]
async fn the_process_inherits_nothing_and_is_told_what_lambda_tells() {
    let script = r#"/usr/bin/env; exit 3"#;
    let function =
        Function::new("/bin/sh").with_argument("-c").with_argument(script).with_environment("MINE", "1");
    let function = RuntimeApi::start(&function).unwrap();
    let outcome = function.wait_until_ready(LIMIT).await.unwrap();
    assert!(matches!(outcome, Outcome::Exited(status) if status.code() == Some(3)), "{outcome:?}");
    let environment = function.standard_output();
    for line in [
        "MINE=1",
        "AWS_LAMBDA_FUNCTION_NAME=local",
        "AWS_LAMBDA_FUNCTION_VERSION=$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=256",
        &format!("AWS_LAMBDA_RUNTIME_API={}", function.address()),
    ] {
        assert!(environment.lines().any(|found| found == line), "{line} is not in {environment}");
    }
    assert!(std::env::var_os("HOME").is_none() || !environment.contains("HOME="), "{environment}");
}

#[tokio::test]
async fn failures_of_the_function_are_told_apart() {
    let error = r#"/usr/bin/curl -sS -d '{"errorType":"Odd"}' "$api/invocation/$id/error" >/dev/null"#;
    let function = RuntimeApi::start(&script(error, &scratch("error"))).unwrap();
    assert_eq!(function.invoke("1", LIMIT).await, Outcome::Error(r#"{"errorType":"Odd"}"#.into()));

    let function = RuntimeApi::start(&script("exit 7", &scratch("exit"))).unwrap();
    let outcome = function.invoke("1", LIMIT).await;
    assert!(matches!(outcome, Outcome::Exited(status) if status.code() == Some(7)), "{outcome:?}");

    let init_error = r#"/usr/bin/curl -sS -d broken "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/init/error"; exit 1"#;
    let function = Function::new("/bin/sh").with_argument("-c").with_argument(init_error);
    let function = RuntimeApi::start(&function).unwrap();
    for _ in 0..2 {
        assert_eq!(function.wait_until_ready(LIMIT).await, Some(Outcome::InitError("broken".into())));
        tokio::time::sleep(Duration::from_millis(700)).await; // the process has ended by now
    }
}

#[tokio::test]
async fn kills_a_function_that_answers_too_late() {
    // A child of the function that outlives it holds its pipes open.
    let function = RuntimeApi::start(&script("/bin/sleep 15", &scratch("late"))).unwrap();
    assert_eq!(function.wait_until_ready(LIMIT).await, None);
    assert_eq!(function.invoke("1", Duration::from_millis(300)).await, Outcome::TimedOut);
    let outcome = function.invoke("2", Duration::from_secs(10)).await;
    assert!(matches!(outcome, Outcome::Exited(status) if status.code().is_none()), "{outcome:?}");
}

#[tokio::test]
async fn dropping_the_stand_in_kills_the_process() {
    let function = Function::new("/bin/sh").with_argument("-c").with_argument("exec /bin/sleep 600");
    let function = RuntimeApi::start(&function).unwrap();
    let status = std::path::PathBuf::from(format!("/proc/{}/stat", function.process_id()));
    // The state follows the name in parentheses; Z is an ended process that nobody has waited for.
    let runs = || std::fs::read_to_string(&status).is_ok_and(|stat| !stat.contains(") Z "));
    assert!(runs());
    drop(function);
    for _ in 0..200 {
        if !runs() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the process is still there");
}

#[tokio::test]
async fn an_answer_to_another_invocation_does_not_count_for_this_one() {
    let answer = r#"
      /usr/bin/curl -sS -o /dev/null -w 'refused with %{http_code}' -d wrong "$api/invocation/0$id/response"
      /usr/bin/curl -sS -o /dev/null -d right "$api/invocation/$id/response""#;
    let function = RuntimeApi::start(&script(answer, &scratch("another"))).unwrap();
    assert_eq!(function.invoke("1", LIMIT).await, Outcome::Response("right".into()));
    function.logs_with("refused with 400", LIMIT).await.unwrap();
}

#[tokio::test]
async fn an_answer_to_no_invocation_is_refused() {
    let function = RuntimeApi::start(&script("true", &scratch("refused"))).unwrap();
    let path = "/2018-06-01/runtime/invocation/00000000-0000-4000-8000-000000000000/response";
    assert_eq!(exchange(function.address(), "POST", path, &[], b"{}").await.status, 400);
    assert_eq!(
        exchange(function.address(), "GET", "/2018-06-01/runtime/nothing", &[], b"").await.status,
        404
    );
}

#[tokio::test]
async fn a_pool_starts_a_process_where_none_is_free_and_no_more_than_it_may() {
    let own_file = r#"HEADERS="$HEADERS.$$""#;
    let answer = r#"/bin/sleep 0.2; /usr/bin/curl -sS -d "$$" "$api/invocation/$id/response" >/dev/null"#;
    let function = Function::new("/bin/sh")
        .with_argument("-c")
        .with_argument(&format!("{own_file}\nanswer() {{\n{answer}\n}}\n{LOOP}"))
        .with_environment("HEADERS", scratch("pool").to_str().unwrap());
    let pool = Pool::new(function, 2);
    let together = tokio::join!(pool.invoke("1", LIMIT), pool.invoke("2", LIMIT), pool.invoke("3", LIMIT));
    let answered = BTreeSet::from([together.0.unwrap(), together.1.unwrap(), together.2.unwrap()]);
    assert_eq!(answered.len(), 2, "the third waits for one of them: {answered:?}");
    assert!(answered.contains(&pool.invoke("4", LIMIT).await.unwrap()));
    assert_eq!((pool.processes().len(), pool.unanswered().len()), (2, 0));
}

#[tokio::test]
async fn a_pool_replaces_a_process_that_has_ended() {
    let pool = Pool::new(Function::new("/bin/false"), 1);
    for invocations in 1..=2 {
        assert_eq!(pool.invoke("1", LIMIT).await, None);
        assert_eq!((pool.processes().len(), pool.unanswered().len()), (invocations, invocations));
    }
}
