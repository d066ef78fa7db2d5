"""A number, or three: what is known of a quantity, and how it is drawn from."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

from pydantic import (
    AfterValidator,
    Field,
    GetJsonSchemaHandler,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticCustomError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
from changeadvisor.model.base import Number, Record

LN9 = math.log(9.0)


#: Draws stay between these probabilities, so that means exist (formats.md).
TAIL = 0.001


#: Keelin (2016), Decision Analysis 13(4): a metalog through P10, P50 and P90 exists for r between
#: these.
METALOG_LOW, METALOG_HIGH = 0.16658, 0.83342


class Estimate(Record):
    """A number, or three: `n` or `[P10, P50, P90]`."""

    WRITTEN_AS_LIST: ClassVar[bool] = True

    low: Number
    """P10: one time in ten it is lower."""
    likely: Number
    """P50: as likely above as below."""
    high: Number
    """P90: one time in ten it is higher."""
    lower: float = Field(default=-math.inf, exclude=True, allow_inf_nan=True, repr=False)
    """The natural lower bound of the field it stands in."""
    upper: float = Field(default=math.inf, exclude=True, allow_inf_nan=True, repr=False)
    """The natural upper bound of the field it stands in."""

    @model_validator(mode="before")
    @classmethod
    def _from_short(cls, value: object) -> object:
        if isinstance(value, Estimate):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return {"low": value, "likely": value, "high": value}
        if isinstance(value, list | tuple) and len(value) == 3:
            return dict(zip(("low", "likely", "high"), value, strict=True))
        raise PydanticCustomError("estimate", "a number, or three numbers [P10, P50, P90]")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.low <= self.likely <= self.high:
            raise PydanticCustomError(
                "estimate_order", "P10 ≤ P50 ≤ P90, the smallest of the three first"
            )
        return self

    @model_serializer(mode="plain")
    def _short(self) -> float | list[float]:
        return self.likely if self.constant else [self.low, self.likely, self.high]

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _core: Any, _handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """JSON Schema of the written form, not of the fields."""
        three = {"type": "array", "items": {"type": "number"}, "minItems": 3, "maxItems": 3}
        return {
            "title": "Estimate",
            "description": "a number, or [P10, P50, P90]",
            "anyOf": [{"type": "number"}, three],
        }

    @classmethod
    def of(cls, *points: float) -> Estimate:
        """An estimate from one number or three."""
        return cls.model_validate(points[0] if len(points) == 1 else list(points))

    @property
    def constant(self) -> bool:
        """Whether the three points are one."""
        return self.low == self.high

    @property
    def carried(self) -> bool:
        """Whether a metalog passes through the three points (Keelin 2016).

        Else straight lines do.
        """
        if self.constant:
            return True
        return METALOG_LOW < (self.likely - self.low) / (self.high - self.low) < METALOG_HIGH

    def quantile(self, share: NDArray[np.float64]) -> NDArray[np.float64]:
        """The values at cumulative probabilities `share` (any shape, within 0 to 1, ends excluded).

        Keelin T. (2016) *The Metalog Distributions*, Decision Analysis 13(4), 243-277, in its
        three-term symmetric-percentile form at 10/50/90; clipped to the natural bounds, which keeps
        the three points.
        """
        import numpy as np

        spread = self._metalog(share) if self.carried else self._straight(share)
        return np.clip(spread, self.lower, self.upper)

    def sample(self, uniforms: NDArray[np.float64]) -> NDArray[np.float64]:
        """Draws from uniforms in 0 to 1 (any shape), between P0.1 and P99.9."""
        return self.quantile(TAIL + (1.0 - 2.0 * TAIL) * uniforms)

    def _metalog(self, share: NDArray[np.float64]) -> NDArray[np.float64]:
        import numpy as np

        logit = np.log(share / (1.0 - share))
        scale = (self.high - self.low) / (2.0 * LN9)
        skew = (self.high + self.low - 2.0 * self.likely) / (0.8 * LN9)
        return self.likely + scale * logit + skew * (share - 0.5) * logit

    def _straight(self, share: NDArray[np.float64]) -> NDArray[np.float64]:
        """Piecewise-linear through the three points, continued at the same slopes."""
        import numpy as np

        below = (self.likely - self.low) / 0.4
        above = (self.high - self.likely) / 0.4
        return self.likely + (share - 0.5) * np.where(share < 0.5, below, above)


def bounded(lower: float, upper: float, what: str) -> AfterValidator:
    """Hold an estimate to its natural bounds and remember them for sampling."""

    def hold(value: Estimate) -> Estimate:
        if value.low < lower or value.high > upper:
            raise PydanticCustomError("bounds", "{what}", {"what": what})
        return value.model_copy(update={"lower": lower, "upper": upper})

    return AfterValidator(hold)


#: Money, people, months and dips: never below nothing.
Amount = Annotated[Estimate, bounded(0.0, math.inf, "an amount not below 0")]


#: Shares of a whole.
Part = Annotated[Estimate, bounded(0.0, 1.0, "a share between 0 and 1")]
