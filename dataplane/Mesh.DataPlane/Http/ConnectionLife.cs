using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mesh.DataPlane.Http;

/// <summary>
/// Ends an HTTP connection in order when it is old or has served enough: HTTP/2 clients are told by GOAWAY, HTTP/1.1 ones by
/// <c>Connection: close</c> with their next answer. What is still in flight after a grace is cut off.
/// </summary>
/// <remarks>Source: RFC 9113 section 6.8; RFC 9112 section 9.6; gRPC's max connection age (gRFC A9).</remarks>
public sealed class ConnectionLife
{
    private const double Jitter = 0.1;

    private readonly ConnectionContext connection;
    private readonly HttpServerLimits limits;
    private readonly ITimer timer;
    private int served;
    private int ending;

    private ConnectionLife(ConnectionContext connection, HttpServerLimits limits, TimeProvider time, double share)
    {
        this.connection = connection;
        this.limits = limits;
        timer = time.CreateTimer(static state => ((ConnectionLife)state!).Expire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        if (limits.MaxConnectionAge is { } age) timer.Change(age * (1 + Jitter * (2 * share - 1)), Timeout.InfiniteTimeSpan);
    }

    /// <summary>Adds it to a Kestrel listener whose connections are HTTP from here on; nothing where nothing is limited.</summary>
    public static void Use(ListenOptions listen, HttpServerLimits limits, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(listen);
        ArgumentNullException.ThrowIfNull(limits);
        if (limits.MaxConnectionAge is null && limits.MaxRequestsPerConnection is null) return;
        listen.Use(next => async connection =>
        {
            var life = new ConnectionLife(connection, limits, time, Random.Shared.NextDouble());
            connection.Features.Set(life);
            await using (life.timer.ConfigureAwait(false)) await next(connection).ConfigureAwait(false);
        });
    }

    /// <summary>Counts a request; call it where <see cref="HttpServerLimits.MaxRequestsPerConnection"/> is set.</summary>
    public static void Count(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Features.Get<ConnectionLife>() is { } life && Interlocked.Increment(ref life.served) == life.limits.MaxRequestsPerConnection)
            life.End();
    }

    private void Expire()
    {
        if (Volatile.Read(ref ending) == 0) End();
        else connection.Abort(new ConnectionAbortedException("the connection has reached its age and its requests did not end in time"));
    }

    private void End()
    {
        if (Interlocked.Exchange(ref ending, 1) != 0) return;
        connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
        timer.Change(limits.MaxConnectionAgeGrace, Timeout.InfiniteTimeSpan);
    }
}
