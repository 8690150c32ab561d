"""The network is blocked: in this process (tests/conftest.py), and in the kernel that notebooks run in."""

import json
import os
import socket
import urllib.error
import urllib.request

import nbformat
import pytest
from huggingface_hub import hf_hub_download
from huggingface_hub.errors import LocalEntryNotFoundError
from nbmake.nb_run import NotebookRun

from domainlab.lab.offline import JUPYTER_FOLDER, KERNEL_NAME, NetworkBlockedError, is_known_here

ELSEWHERE = ("192.0.2.1", 80)  # reserved for documentation (RFC 5737): nobody answers, a real try would hang


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6], ids=["IPv4", "IPv6"])
def test_connecting_elsewhere_is_refused(family):
    address = ELSEWHERE if family == socket.AF_INET else ("2001:db8::1", 80, 0, 0)
    with socket.socket(family) as plain, pytest.raises(NetworkBlockedError, match="tried to reach"):
        plain.connect(address)


def test_connect_ex_bytes_and_datagrams_are_refused_too():
    with socket.socket() as plain, pytest.raises(NetworkBlockedError):
        plain.connect_ex(ELSEWHERE)
    with socket.socket() as plain, pytest.raises(NetworkBlockedError):
        plain.connect((b"192.0.2.1", 80))
    with socket.socket(type=socket.SOCK_DGRAM) as datagram, pytest.raises(NetworkBlockedError):
        datagram.sendto(b"x", ELSEWHERE)


def test_name_look_up_is_refused():
    with pytest.raises(NetworkBlockedError, match=r"looked up 'example\.org'"):
        socket.getaddrinfo("example.org", 443)


def test_an_ordinary_library_sees_a_failed_connection():
    with pytest.raises(urllib.error.URLError, match="the network is blocked"):
        urllib.request.urlopen("https://example.org", timeout=30)


def test_the_hub_is_off():
    with pytest.raises(LocalEntryNotFoundError):
        hf_hub_download("domainlab/not-there", "config.json")


def test_this_machine_can_talk_to_itself():
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        with socket.create_connection(address) as client:
            assert client.getpeername() == address
    assert socket.getaddrinfo("localhost", 80)
    assert is_known_here(socket.gethostname())


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no unix sockets here")
def test_unix_sockets_are_left_alone(tmp_path):
    name = os.path.relpath(tmp_path / "s")  # a unix socket's path has to be short
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(name)
        server.listen()
        client.connect(name)


def run_in_kernel(folder, source):
    path = folder / "one_cell.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)]), path)
    return NotebookRun(path, 300, kernel=KERNEL_NAME).execute()


def test_a_notebook_cannot_leave_the_machine(tmp_path):
    result = run_in_kernel(tmp_path, f"import socket\nsocket.create_connection({ELSEWHERE})")
    assert "NetworkBlockedError" in result.error.summary
    assert "the network is blocked here" in result.error.summary


def test_a_notebook_can_do_everything_else(tmp_path):
    source = "import os\nos.environ['HF_HUB_OFFLINE'], os.environ['DOMAINLAB_HEADLESS'], 6 * 7"
    result = run_in_kernel(tmp_path, source)
    assert result.error is None
    assert result.nb.cells[0].outputs[0].data["text/plain"] == "('1', '1', 42)"


def test_the_kernel_leaves_nothing_behind_in_the_user_s_history():
    kernel = json.loads((JUPYTER_FOLDER / "kernels" / KERNEL_NAME / "kernel.json").read_text())
    assert "--HistoryManager.hist_file=:memory:" in kernel["argv"]
