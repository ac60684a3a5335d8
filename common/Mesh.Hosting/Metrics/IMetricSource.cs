namespace Mesh.Hosting.Metrics;

/// <summary>Something that has metrics to show; asked at every scrape, possibly by several scrapers at a time.</summary>
public interface IMetricSource
{
    void Write(MetricsText text);
}
