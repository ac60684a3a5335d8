using Mesh.DataPlane.Identity;
using Xunit;

namespace Mesh.Istiod.Tests.Identity;

public sealed class RenewalScheduleTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Renewal_is_at_half_life_give_or_take_a_hundredth()
    {
        var random = new Random(7);
        var moments = Enumerable.Range(0, 1000).Select(_ => RenewalSchedule.RenewAt(Now, Now.AddHours(24), random) - Now).ToArray();

        Assert.All(moments, moment => Assert.InRange(moment.TotalHours, 11.76, 12.24));
        Assert.True(moments.Max() - moments.Min() > TimeSpan.FromMinutes(20), "there is jitter");
    }

    [Fact]
    public void A_certificate_that_is_already_over_is_renewed_at_once() =>
        Assert.Equal(Now, RenewalSchedule.RenewAt(Now, Now.AddMinutes(-1), new Random(7)));

    [Fact]
    public void Backoff_doubles_up_to_a_minute_and_stays_there()
    {
        var random = new Random(7);
        foreach (var (failures, most) in new[] { (1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (1_000_000, 60) })
            Assert.InRange(RenewalSchedule.Backoff(failures, random).TotalSeconds, most * 0.8, most);
    }
}
