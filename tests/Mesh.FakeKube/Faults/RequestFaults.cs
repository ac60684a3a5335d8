using System.Globalization;
using Mesh.FakeKube.Api;
using Mesh.FakeKube.Security;

namespace Mesh.FakeKube.Faults;

/// <summary>The faults in force, the oldest first; one request meets the first that matches.</summary>
internal sealed class RequestFaults
{
    private static readonly Dictionary<int, (string Reason, string Message)> Texts = new()
    {
        [401] = ("Unauthorized", "Unauthorized"),
        [403] = ("Forbidden", "forbidden on cue"),
        [404] = ("NotFound", "the server could not find the requested resource"),
        [409] = ("Conflict", "Operation cannot be fulfilled: the object has been modified; please apply your changes to the latest version and try again"),
        [410] = ("Expired", "The resourceVersion for the provided watch is too old."),
        [429] = ("TooManyRequests", "Too many requests, please try again later."),
        [500] = ("InternalError", "Internal error occurred: failing on cue"),
        [503] = ("ServiceUnavailable", "the server is currently unable to handle the request"),
        [504] = ("Timeout", "Timeout: request did not complete within the allotted timeout"),
    };

    private readonly Lock gate = new();
    private readonly List<(RequestFault Fault, int Left)> faults = [];

    public void Add(RequestFault fault)
    {
        lock (gate) faults.Add((fault, fault.Times ?? int.MaxValue));
    }

    public void Remove(RequestFault fault)
    {
        lock (gate) faults.RemoveAll(one => one.Fault.Equals(fault));
    }

    public void Clear()
    {
        lock (gate) faults.Clear();
    }

    /// <exception cref="StatusException">The request is to fail.</exception>
    public async Task MeetAsync(HttpContext context, KubeUser user, AccessRequest request, TimeProvider time)
    {
        if (Take(user, request) is not { } fault) return;
        if (fault.Delay > TimeSpan.Zero) await Task.Delay(fault.Delay, time, context.RequestAborted);
        if (fault.Abort)
        {
            context.Abort();
            throw new OperationCanceledException("aborted on cue");
        }

        if (fault.Status == 0) return;
        if (fault.RetryAfter is { } wait)
            context.Response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        var (reason, message) = Texts.GetValueOrDefault(fault.Status, ("Unknown", "failing on cue"));
        throw new StatusException(fault.Status, reason, message, fault.RetryAfter is { } after
            ? new System.Text.Json.Nodes.JsonObject { ["retryAfterSeconds"] = (int)Math.Ceiling(after.TotalSeconds) }
            : null);
    }

    private static bool Matches(RequestFault fault, KubeUser user, AccessRequest request)
    {
        var group = request.Group.Length == 0 ? "" : "." + request.Group;
        var part = request.Subresource.Length == 0 ? "" : "/" + request.Subresource;
        return (fault.Verb ?? request.Verb) == request.Verb
            && (fault.Resource is null || fault.Resource == request.Resource + group + part)
            && (fault.Namespace ?? request.Namespace) == request.Namespace
            && (fault.User ?? user.Name) == user.Name;
    }

    private RequestFault? Take(KubeUser user, AccessRequest request)
    {
        lock (gate)
        {
            for (var index = 0; index < faults.Count; index++)
            {
                var (fault, left) = faults[index];
                if (!Matches(fault, user, request)) continue;
                if (left == 1) faults.RemoveAt(index);
                else if (left < int.MaxValue) faults[index] = (fault, left - 1);
                return fault;
            }

            return null;
        }
    }
}
