namespace Mesh.FakeKube.Faults;

/// <summary>What happens to requests that it matches, instead of or before their answer. Null and empty match everything.</summary>
public sealed record RequestFault
{
    /// <summary>get, list, watch, create, update, patch, delete, deletecollection.</summary>
    public string? Verb { get; init; }

    /// <summary>Plural and group, as <c>virtualservices.networking.istio.io</c>, with a subresource after a slash.</summary>
    public string? Resource { get; init; }

    public string? Namespace { get; init; }

    /// <summary>Only requests of this user.</summary>
    public string? User { get; init; }

    /// <summary>How many requests it is for; null: until it is removed.</summary>
    public int? Times { get; init; }

    /// <summary>Waited for before anything else.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>The answer: 401, 403, 404, 409, 410, 429, 500, 503, 504; 0 lets the request through after the delay.</summary>
    public int Status { get; init; }

    /// <summary>Whole seconds are sent.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Breaks the connection instead of an answer.</summary>
    public bool Abort { get; init; }
}
