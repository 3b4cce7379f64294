import pytest
import torch
from reference_networks import SMALL, state_dict

from restoration.errors import WeightsError
from restoration.networks.scratch_detector import ScratchDetector
from restoration.weights import from_reference
from restoration.weights.reference import REFERENCE_NETWORKS


def small(name: str) -> dict[str, torch.Tensor]:
    return state_dict(REFERENCE_NETWORKS[name](**SMALL[name]).stored_shapes())


@pytest.mark.parametrize("name", SMALL)
def test_a_state_dict_becomes_a_network_of_its_sizes_ready_to_use(name):
    weights = small(name)
    network = from_reference(name, weights)
    assert isinstance(network, REFERENCE_NETWORKS[name])
    assert not network.training
    assert {key: tuple(weight.shape) for key, weight in weights.items()} == network.stored_shapes()
    own = network.state_dict()
    assert all(torch.equal(own[key], weights[key]) for key in weights if key in own)
    assert all(tensor.isfinite().all() and tensor.device.type == "cpu" for tensor in own.values())


def test_the_network_keeps_its_own_copy():
    weights = small("vae_a")
    network = from_reference("vae_a", weights)
    before = network.decoder[11].bias.clone()
    weights["decoder.11.bias"].add_(1)
    assert torch.equal(network.decoder[11].bias, before)


def test_surplus_keys_are_ignored_and_counters_are_optional():
    weights = small("scratch_detector")
    bare = {key: tensor for key, tensor in weights.items() if not key.endswith("num_batches_tracked")}
    assert len(bare) < len(weights)
    network = from_reference("scratch_detector", {**bare, "optimiser": 3, "last.9.weight": torch.zeros(2)})
    picture = torch.rand(1, 1, 16, 16)
    assert torch.equal(network(picture), from_reference("scratch_detector", weights)(picture))
    assert network.state_dict()["down_path.0.block.2.num_batches_tracked"] == 0


@pytest.mark.parametrize("name", SMALL)
def test_every_needed_key_is_missed_by_name(name):
    weights = small(name)
    needed = {key for key in weights if not key.endswith("num_batches_tracked")} - DECIDING_A_SIZE
    rest = {key: tensor for key, tensor in weights.items() if key not in needed}
    missing = REFERENCE_NETWORKS[name].misfits(rest)
    assert set(missing) == {f"{key} is missing" for key in needed}
    with pytest.raises(WeightsError) as error:
        from_reference(name, rest)
    assert all(phrase in str(error.value) for phrase in missing[:3])


@pytest.mark.parametrize("name", SMALL)
def test_no_key_can_be_left_out(name):
    weights = small(name)
    needed = [key for key in weights if not key.endswith("num_batches_tracked")]
    for key in needed[:: len(needed) // 10]:
        assert REFERENCE_NETWORKS[name].misfits({other: weights[other] for other in weights if other != key})


#: Without one of these the published size is assumed, so that more than the one key is found wrong.
DECIDING_A_SIZE = {
    "first.1.weight",
    *(f"down_path.{level}.block.1.weight" for level in range(2)),
    "encoder.1.weight",
    *(f"{start}.{index}.weight" for start in ("model", "before_NL") for index in (0, 3, 6)),
    "conv_img.weight",
    "head_0.norm_0.mlp_shared.0.weight",
}


def test_missing_keys_of_a_published_file_are_named_whatever_they_decide():
    shapes = ScratchDetector().stored_shapes()
    weights = {key: torch.empty(shape, device="meta") for key, shape in shapes.items()}
    for key in ("first.1.weight", "down_path.3.block.1.weight", "last.1.bias"):
        del weights[key]
    assert ScratchDetector.misfits(weights) == [
        "first.1.weight is missing",
        "down_path.3.block.1.weight is missing",
        "last.1.bias is missing",
    ]


def test_wrong_shapes_are_named_with_both_shapes():
    weights = small("vae_a")
    weights["decoder.7.weight"] = torch.zeros(4, 4, 3, 3)
    weights["encoder.4.bias"] = torch.zeros(())
    with pytest.raises(WeightsError, match=r"decoder\.7\.weight is 4×4×3×3 instead of 4×4×4×4") as error:
        from_reference("vae_a", weights)
    assert "encoder.4.bias is a single number instead of 4" in str(error.value)


def test_what_is_no_plain_tensor_is_named():
    weights = {**small("vae_a"), "decoder.11.bias": [0.0, 0.0, 0.0]}
    with pytest.raises(WeightsError, match=r"decoder\.11\.bias is no plain tensor"):
        from_reference("vae_a", weights)


def test_a_file_of_another_network_is_refused_in_one_readable_sentence():
    with pytest.raises(WeightsError, match=r"not the weights of a FaceGenerator: .* and \d+ more") as error:
        from_reference("face_generator", small("vae_a"))
    assert len(str(error.value)) < 600


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(WeightsError, match=r"no network 'vae_c'.*vae_a, vae_b"):
        from_reference("vae_c", {})
