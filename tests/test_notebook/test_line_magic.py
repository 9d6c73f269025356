"""`%headroom`: values, files, cells and the sub-words, by one grammar, and what it says to bad input."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest

from tests.test_notebook.conftest import Kernel


def test_an_expression_is_all_that_is_no_option(kernel: Kernel) -> None:
    kernel.run("rows = [{'id': i, 'state': 'ok'} for i in range(3000)]")
    shown = kernel.run("%headroom [row for row in rows if row['id'] > 5] --budget 300 -o few")
    assert shown.status == "ok"
    assert len(shown.results) == 1
    assert kernel.value("few.tokens_after <= 300")


def test_what_stands_in_brackets_is_never_an_option(kernel: Kernel) -> None:
    kernel.run("q, budget = 1, 5")
    kernel.run("%headroom (budget -q) -o four -q")
    assert kernel.value("four.text") == "4"


def test_a_variable_named_like_a_sub_word_is_reached_by_brackets_or_as_a_part(kernel: Kernel) -> None:
    kernel.run("stats = ['mine'] * 3")
    assert "mine" in kernel.run("%headroom (stats)").results[0]["text/llm+plain"]
    assert "mine" in kernel.run("%headroom stats[1:]").results[0]["text/llm+plain"]
    assert "saved:" in kernel.run("%headroom stats").stdout


def test_variables_in_braces_are_filled_into_queries_and_paths_but_not_into_expressions(kernel: Kernel) -> None:
    kernel.run("topic = 'line 700'\nlines = '\\n'.join(f'line {i} holds {i * i}' for i in range(2000))")
    kernel.run('%headroom lines --query "{topic}" -o found -q')
    assert "line 700 holds 490000" in kernel.value("found.text")
    kernel.run("ref = found.refs[0]")
    assert kernel.run("%headroom retrieve {ref} --lines 3").stdout == "line 2 holds 4\n\n"
    kernel.run("%headroom {i: i for i in range(3)} -o mapping -q")
    assert kernel.value("mapping.text") == '{"0":0,"1":1,"2":2}'


def test_files_are_found_by_pattern_and_joined_under_their_names(kernel: Kernel) -> None:
    for name in ("a.log", "b.log"):
        text = "".join(f"{name} step {i} took {i % 9} ms\n" for i in range(900)) + "ERROR: lost\n"
        (kernel.folder / name).write_text(text, encoding="utf-8")
    shown = kernel.run('%headroom --file *.log -o logs --query "what was lost?"')
    assert shown.status == "ok"
    text = kernel.value("logs.text")
    assert text.index("[a.log]") < text.index("ERROR: lost") < text.index("[b.log]")
    kernel.run("spans = logs.spans()\nends = spans[-1][1], spans[-1][3]")
    assert kernel.value("ends == (len(logs.original), len(logs.text))")
    assert kernel.value("all(a[1] == b[0] and a[3] == b[2] for a, b in zip(spans, spans[1:]))")


def test_what_a_cell_put_out_is_had_by_its_number_and_as_the_last(kernel: Kernel) -> None:
    count = kernel.run("for i in range(800): print('numbered', i)").count
    kernel.run("%headroom --last -o last -q")
    kernel.run(f"%headroom --cell {count} -o numbered -q")
    assert kernel.value("last.original").startswith("numbered 0\nnumbered 1\n")
    assert kernel.value("last.text == numbered.text")


def test_what_is_left_out_comes_back_by_reference_or_by_the_marker(kernel: Kernel) -> None:
    kernel.run("%headroom 'x'.join(f'row {i}\\n' for i in range(2000)) -o back -q")
    kernel.run("from headroom_jupyter.ccr.marker import scan\nstart, end, marker = next(scan(back.text))")
    marker = kernel.value("back.text[start:end]")
    ref = kernel.value("back.refs[0]")
    assert kernel.run(f"%headroom retrieve {ref} --lines 700-701").stdout == "xrow 699\nxrow 700\n\n"
    whole = kernel.run(f"%headroom retrieve {marker}").stdout
    assert whole.count("\n") > 1000
    kernel.run(f"%headroom retrieve {ref} --query 'row 1234' -o piece")
    assert "row 1234" in kernel.value("piece")
    data = kernel.run(f"%headroom show {ref}").of("display_data")[0]["data"]
    assert "row 1999" in data["text/plain"]


def test_auto_gives_long_outputs_a_twin_and_changes_nothing_that_is_seen(kernel: Kernel) -> None:
    on = kernel.run("%headroom auto --over 500")
    assert "500" in on.stdout
    shown = kernel.run("for i in range(1500): print('auto', i)")
    kernel.run("print('short')")
    assert shown.kinds == ["stdout"]
    kernel.run(
        "recorder = get_ipython().magics_manager.registry['HeadroomMagics'].recorder\nruns = recorder.executions[-2:]"
    )
    assert kernel.value("[run.outputs[0].twin is not None for run in runs]") == [True, False]
    assert kernel.value("runs[0].outputs[0].twin.original == runs[0].outputs[0].text")
    off = kernel.run("%headroom off").stdout
    assert "1 twins" in off
    assert " ms in all" in off
    assert "was not on" in kernel.run("%headroom off").stdout


def test_defaults_are_configured(kernel: Kernel) -> None:
    assert "model" in kernel.run("%config HeadroomMagics").stdout
    kernel.run("%config HeadroomMagics.budget = 120")
    kernel.run("%headroom list(range(9000)) -o tight -q")
    kernel.run("%config HeadroomMagics.budget = None")
    assert kernel.value("tight.tokens_after <= 120 and tight.budget_met")


def test_every_form_with_a_result_takes_every_option_on_how_to_make_it(kernel: Kernel) -> None:
    kernel.run("steps = [f'step {i} is done' for i in range(1500)]")
    (kernel.folder / "steps.log").write_text("".join(f"step {i} is done\n" for i in range(1500)), encoding="utf-8")
    kernel.run("for i in range(1500): print('step', i, 'is done')")
    how = "--query step --budget 2000 --level lossless --model gpt-4o --keep 'step 7+ ' --show diff -q -o it"
    for form in ("--last", "steps", "--file steps.log", "notebook"):
        assert kernel.run(f"%headroom {form} --no-retrieval {how}").status == "ok", form
        assert "<<ccr" not in kernel.value("it.text")
    assert kernel.run(f"%%headroom --no-retrieval {how}\nsteps").status == "ok"
    assert "step 777 is done" in kernel.value("it.text")


def test_help_has_examples_and_every_option(kernel: Kernel) -> None:
    text = kernel.help("%headroom")
    for said in ("%headroom df[df.x > 3]", "--keep", "--over", "(stats)", "%headroom notebook --budget 8000"):
        assert said in text


def test_options_variables_references_and_cells_are_completed(kernel: Kernel) -> None:
    kernel.run("%config Completer.use_jedi = False")  # it adds what it finds to ours, and takes its time
    count = kernel.run("completed_frame = 1\nprint('completed')").count
    assert "%headroom --query" in kernel.complete("%headroom --qu")
    assert "%%headroom --dry-run" in kernel.complete("%%headroom --dr")
    assert "%%headroom --file" not in kernel.complete("%%headroom --fil")
    assert "%headroom completed_frame" in kernel.complete("%headroom completed_fr")
    assert "%headroom notebook" in kernel.complete("%headroom not")
    assert "%headroom x --level faithful" in kernel.complete("%headroom x --level fa")
    assert f"%headroom --cell {count}" in kernel.complete("%headroom --cell ")
    (kernel.folder / "unique_name.txt").write_text("text", encoding="utf-8")
    assert "%headroom --file unique_name.txt" in kernel.complete("%headroom --file uniq")
    kernel.run("%headroom list(range(4000)) -o stored -q")
    ref = kernel.value("stored.refs[0]")
    assert f"%headroom retrieve {ref}" in kernel.complete(f"%headroom retrieve {ref[:6]}")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("%headroom", "needs something to compress"),
        ("%headroom x --bogus 3", "unknown option --bogus"),
        ("%headroom 5 --budget many", "invalid int value: 'many'"),
        ("%headroom 5 --budget 0", "budget=0 is no positive number"),
        ("%headroom 5 --model nosuch", "unknown model 'nosuch'"),
        ("%headroom 5 --level extreme", "invalid choice: 'extreme'"),
        ("%headroom 5 --keep '('", "is no regular expression"),
        ("%headroom 5 -o 3x", "-o 3x is no name of a variable"),
        ("%headroom 5 -o", "expected one argument"),
        ("%headroom missing_variable", "NameError: name 'missing_variable' is not defined"),
        ("%headroom 1 +", "SyntaxError"),
        ("%headroom 1/0", "ZeroDivisionError"),
        ("%headroom 5 --query what is it", "unexpected 'is' after --query; put texts"),
        ("%headroom --file no/such/*.log", "no file 'no/such/*.log'"),
        ("%headroom --file .", "is a directory"),
        ("%headroom --file /dev/zero", "is no regular file"),
        ("%headroom --cell 9999", "In[9999] has not run"),
        ("%headroom --cell 0", "In[0] has not run"),
        ("%headroom --cell 1 --last", "one thing at a time"),
        ("%headroom --notebook none.ipynb", "no file 'none.ipynb'"),
        ("%headroom stats now", "takes no 'now'"),
        ("%headroom auto --over 0", "is no positive number of tokens"),
        ("%headroom retrieve", "needs a REF"),
        ("%headroom retrieve xyz", "is no reference"),
        ("%headroom retrieve 0123456789ab", "no original 0123456789ab"),
        ("%headroom show", "needs a REF"),
        ("%headroom 5 --over 9", "--over does not go with %headroom EXPR"),
        ("%%headroom some words\nprint(1)", "unexpected 'some words' after %%headroom"),
        ("%%headroom --file x\nprint(1)", "--file does not go with %%headroom"),
        ("%%headroom --dry-run -o x\nprint(1)", "nothing for -o"),
        ("%%headroom --keep ['\nprint(1)", "is no regular expression"),
    ],
)
def test_bad_input_is_refused_in_one_line_before_anything_runs(kernel: Kernel, code: str, said: str) -> None:
    names = kernel.value("sorted(name for name in globals() if not name.startswith('_'))")
    shown = kernel.run(code)
    assert shown.status == "error"
    assert shown.reply["ename"] == "UsageError"
    assert shown.stdout == ""
    lines = shown.stderr.strip().split("\n")
    assert said in lines[-1], shown.stderr
    assert "Traceback" not in shown.stderr
    assert not shown.of("error")
    assert kernel.value("sorted(name for name in globals() if not name.startswith('_'))") == names


@pytest.mark.parametrize(
    "value",
    [
        "(i for i in range(10))",
        "open('closed.txt', 'w').close()",
        "type('Bad', (), {'__repr__': lambda self: 1 / 0})()",
        "type('Leaving', (), {'__repr__': lambda self: (_ for _ in ()).throw(SystemExit)})()",
        "cycle",
        "type('Big', (), {'__len__': lambda self: 2**60, '__repr__': lambda self: '<Big>'})()",
        "lambda: 0",
        "object()",
        "...",
    ],
)
def test_a_strange_value_gets_a_safe_summary_or_one_line(kernel: Kernel, value: str) -> None:
    kernel.run("cycle = []\ncycle.append(cycle)")
    shown = kernel.run(f"%headroom {value}")
    assert shown.status == "ok" or shown.reply["ename"] == "UsageError"
    assert "headroom_jupyter/" not in str(shown.messages)


def test_unloading_leaves_nothing_and_loading_again_works(tmp_path: Path) -> None:
    own = Kernel(tmp_path, HEADROOM_HOME=str(tmp_path / "home"))
    try:
        own.run(
            "import sys\nip = get_ipython()\n%unload_ext storemagic"
        )  # IPython loads %load_ext when it is first used
        state = (
            "[len(ip.configurables), len(ip.Completer.custom_matchers), len(ip.input_transformers_cleanup),"
            " [len(v) for v in ip.events.callbacks.values()], sorted(vars(sys.stdout)), 'write' in vars(sys.stdout),"
            " 'publish' in vars(ip.display_pub), 'headroom' in ip.magics_manager.magics['line']]"
        )
        before = own.value(state)
        own.run("%load_ext headroom_jupyter\n%load_ext headroom_jupyter")
        assert own.run("%%headroom -o one -q\nprint(1)").status == "ok"
        own.run("%unload_ext headroom_jupyter")
        assert own.value(state) == before
        assert own.run("%%headroom\nprint(1)").reply["ename"] == "UsageError"
        own.run("%load_ext headroom_jupyter")
        assert own.run("%%headroom -o two -q\nprint(2)").status == "ok"
        assert own.value("one.text, two.text") == ("1\n", "2\n")
    finally:
        own.stop()


def test_what_failed_here_is_learnt_into_the_first_markdown_cell(kernel: Kernel, tmp_path: Path) -> None:
    path = tmp_path / "open.ipynb"
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Mine")])
    nbformat.write(book, path)
    shutil.copy(path, tmp_path / "other.ipynb")
    kernel.run(f"import os; os.environ['JPY_SESSION_NAME'] = {str(path)!r}; import math")
    assert kernel.run_as("c1", "math.sqroot(9)").status == "error"
    assert kernel.run_as("c1", "math.sqrt(9)").status == "ok"
    assert "not sure enough: 1" in kernel.run("%headroom learn").stdout
    bad = nbformat.v4.new_code_cell("math.sqroot(4)", execution_count=1)
    bad.outputs = [nbformat.v4.new_output("error", ename="AttributeError", evalue="module 'math' has no 'sqroot'")]
    book.cells = [bad, nbformat.v4.new_code_cell("math.sqrt(4)", execution_count=2)]
    nbformat.write(book, tmp_path / "other.ipynb")
    shown = kernel.run("%headroom learn").stdout
    assert "+- A cell with `math.sqroot` failed (`AttributeError`); with `math.sqrt` it passed. (2× in 2" in shown
    assert "math.sqroot" not in path.read_text()
    assert "written to the first Markdown cell of open.ipynb" in kernel.run("%headroom learn --apply").stdout
    assert nbformat.read(path, as_version=4).cells[0].source.startswith("# Mine\n<!-- headroom learn: begin -->\n")
    assert "nothing to write" in kernel.run("%headroom learn --apply").stdout
    kernel.run("del os.environ['JPY_SESSION_NAME']")
    assert "nobody says where this notebook is saved" in kernel.run("%headroom learn").stderr
