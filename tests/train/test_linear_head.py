import json
import math

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from domainlab.errors import AdapterError, DataError
from domainlab.train.linear_head import LinearHead, fit_head, load_head

RNG = np.random.default_rng(0)
POINTS = RNG.normal(size=(90, 4))
LABELS = [("low", "middle", "high")[int(x > -0.5) + int(x > 0.5)] for x in POINTS[:, 0]]
GROUPS = [str(number % 15) for number in range(90)]


def test_two_weights_by_hand():
    head = LinearHead(labels=("no", "yes"), weights=np.array([[0.0, 2.0]]), bias=np.array([0.0, -1.0]), temperature=2.0)
    # x = 3: logits 0 and 5, over temperature 2: 0 and 2.5
    assert head(np.array([[3.0]]))[0, 1] == pytest.approx(1 / (1 + math.exp(-2.5)))


def test_it_predicts_what_scikit_learn_predicts():
    head, _ = fit_head(POINTS, LABELS, GROUPS, strength=1.0)
    model = LogisticRegression(C=1.0, max_iter=2000, class_weight="balanced").fit(POINTS, LABELS)
    assert head.labels == tuple(model.classes_)
    calm = LinearHead(labels=head.labels, weights=head.weights, bias=head.bias)
    np.testing.assert_allclose(calm(POINTS), model.predict_proba(POINTS), atol=1e-4)


def test_two_classes_are_those_of_scikit_learn_too():
    labels = ["weak" if x > 0 else "safe" for x in POINTS[:, 1]]
    head, unseen = fit_head(csr_matrix(POINTS), labels, GROUPS)
    model = LogisticRegression(C=10.0, max_iter=2000, class_weight="balanced").fit(POINTS, labels)
    assert (head(POINTS).argmax(axis=1) == model.predict_proba(POINTS).argmax(axis=1)).all()
    assert unseen.shape == (90, 2)


def test_out_of_fold_probabilities_know_nothing_of_their_group():
    # every group has a label of its own: seen, it is learned by heart; unseen, it cannot be known
    features = np.eye(15)[[int(group) for group in GROUPS]]
    labels = ["odd" if int(group) % 2 else "even" for group in GROUPS]
    head, unseen = fit_head(features, labels, GROUPS)
    column = [head.labels.index(label) for label in labels]
    assert head(features)[range(90), column].min() > 0.5
    assert unseen[range(90), column].mean() < 0.6


def test_saved_and_loaded_it_says_the_same(tmp_path):
    head, _ = fit_head(POINTS, LABELS, GROUPS, facts={"threshold": 0.4})
    head.save(tmp_path)
    again = load_head(tmp_path)
    assert again.labels == head.labels
    assert again.facts["threshold"] == 0.4
    np.testing.assert_allclose(again(POINTS), head(POINTS), atol=0.01)  # kept in half precision


def test_bad_input_is_refused(tmp_path):
    head, _ = fit_head(POINTS, LABELS, GROUPS)
    with pytest.raises(DataError, match="4 features"):
        head(POINTS[:, :2])
    with pytest.raises(DataError, match="two classes"):
        fit_head(POINTS, ["same"] * 90, GROUPS)
    with pytest.raises(DataError, match="5 groups"):
        fit_head(POINTS, LABELS, ["one"] * 90)
    with pytest.raises(AdapterError, match="no whole head"):
        load_head(tmp_path)
    head.save(tmp_path)
    card = json.loads((tmp_path / "head.json").read_text())
    (tmp_path / "head.json").write_text(json.dumps({**card, "labels": ["a", "b"]}))
    with pytest.raises(AdapterError, match="2 labels"):
        load_head(tmp_path)
    (tmp_path / "head.safetensors").write_bytes(b"\x08")
    with pytest.raises(AdapterError, match="no whole head"):
        load_head(tmp_path)
