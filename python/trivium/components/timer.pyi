# Printed by: python -m trivium.stubs timer
from datetime import timedelta
from trivium import Operation

def delay(duration: timedelta | float) -> Operation[None]:
    """Completes when the time has passed; at once if that is zero.

    IAsyncAction DelayAsync(TimeSpan duration)
    """

def countdown(duration: timedelta | float, interval: timedelta | float) -> Operation[None, float]:
    """Likewise; reports at once and every interval how many seconds remain.

    IAsyncActionWithProgress<Double> CountdownAsync(TimeSpan duration, TimeSpan interval)
    """
