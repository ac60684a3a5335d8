using System.Net;
using Mesh.Kubernetes.Watching;

namespace Mesh.Kubernetes.Tests.Watching;

public sealed class ReflectorStateTests
{
    private static readonly TimeSpan Now = TimeSpan.FromHours(1);

    [Fact]
    public void Pauses_double_and_differ_but_stay_below_the_limit()
    {
        var state = Watching();
        var pauses = new List<TimeSpan>();
        for (var i = 0; i < 12; i++)
        {
            state.Failed(null);
            pauses.Add(state.Pause);
        }

        Assert.InRange(pauses[0], TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(0.75));
        Assert.InRange(pauses[3], TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(6));
        Assert.All(pauses, pause => Assert.True(pause <= TimeSpan.FromSeconds(45)));
        Assert.Equal(ReflectorStep.Watch, state.Next);
    }

    [Fact]
    public void A_watch_that_breaks_after_a_quiet_while_is_tried_again_soon()
    {
        var state = Watching();
        for (var i = 0; i < 9; i++) state.Failed(null);

        state.Lasted(TimeSpan.FromSeconds(5));
        state.Failed(null);
        Assert.True(state.Pause >= TimeSpan.FromSeconds(30));
        state.Lasted(TimeSpan.FromMinutes(1));
        state.Failed(null);

        Assert.True(state.Pause < TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void A_forgotten_place_leads_to_a_list_and_ever_longer_pauses_while_it_happens_again()
    {
        var state = Watching();

        state.Expired();
        var first = state.Pause;
        state.Listed("9");
        state.Expired();

        Assert.Equal(ReflectorStep.List, state.Next);
        Assert.True(state.Pause > first);
    }

    [Fact]
    public void A_watch_that_is_refused_again_and_again_leads_to_a_list()
    {
        var state = Watching();
        for (var i = 0; i < 5; i++) state.Failed(HttpStatusCode.InternalServerError);

        Assert.Equal(ReflectorStep.List, state.Next);
    }

    [Fact]
    public void A_server_that_asks_for_patience_gets_it_and_keeps_its_place()
    {
        var state = Watching();
        for (var i = 0; i < 9; i++) state.Failed(HttpStatusCode.TooManyRequests, TimeSpan.FromMinutes(2));

        Assert.True(state.Pause >= TimeSpan.FromMinutes(2));
        Assert.Equal(ReflectorStep.Watch, state.Next);
    }

    [Fact]
    public void Events_of_before_the_list_and_repeated_ones_are_not_new()
    {
        var state = Watching();

        Assert.False(state.Progressed("4"));
        Assert.False(state.Progressed("5"));
        Assert.True(state.Progressed("6"));
        Assert.False(state.Progressed("6"));
        Assert.Equal("6", state.ResourceVersion);
    }

    [Fact]
    public void A_list_may_go_back_behind_what_was_seen()
    {
        var state = Watching();
        state.Progressed("1000");

        // A server that was restored from a backup counts from there.
        state.Listed("50");

        Assert.True(state.Progressed("51"));
    }

    [Fact]
    public void A_resource_that_was_there_counts_as_gone_only_after_a_while()
    {
        var state = Watching();

        Assert.False(state.Missing(Now));
        Assert.False(state.Missing(Now + TimeSpan.FromSeconds(59)));
        Assert.True(state.Missing(Now + TimeSpan.FromSeconds(60)));
    }

    private static ReflectorState Watching()
    {
        var state = new ReflectorState(ReflectorOptions.Default, new Random(1));
        state.Found("v1");
        state.Listed("5");
        return state;
    }
}
